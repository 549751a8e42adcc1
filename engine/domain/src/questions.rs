//! Security questions that are offered for choice.

/// What people are asked when they have forgotten their password. Somebody may write a question of their own instead.
pub const COMMON: [&str; 12] = [
    "Apa nama hewan peliharaan pertama Anda?",
    "Apa nama sekolah dasar Anda?",
    "Di kota mana ayah dan ibu Anda bertemu?",
    "Apa makanan kesukaan Anda waktu kecil?",
    "Siapa nama guru kesukaan Anda?",
    "Siapa nama teman masa kecil Anda?",
    "Apa judul buku pertama yang Anda tamatkan?",
    "Apa merek kendaraan pertama Anda?",
    "Di jalan apa Anda tinggal waktu kecil?",
    "Siapa nama panggilan Anda di rumah?",
    "Apa pekerjaan pertama Anda?",
    "Apa nama desa kakek dan nenek Anda?",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_is_another_question() {
        assert_eq!(COMMON.iter().collect::<HashSet<_>>().len(), COMMON.len());
        assert!(COMMON.iter().all(|question| question.ends_with('?') && question.len() < 100));
    }
}
