//! What applicants read, in Indonesian: notices, and what each refusal means for them. Every text of the portal that is said in more
//! than one place stands here.

use domain::Failure;
use domain::failure::Contact;
use domain::wire::Warning;

/// On every page: nobody may take it for the real one.
pub(super) const SIMULATION: &str =
    "SIMULASI: ini bukan portal resmi instansi mana pun. Jangan masukkan data pribadi yang sebenarnya.";

/// The portal's name.
pub(crate) const PORTAL: &str = "Portal SSCASN (simulasi)";

/// Shown before step 1, and on the card.
pub(crate) const CHECK_NAME: &str =
    "Pastikan nama, tanggal lahir, dan ijazah sesuai dengan ijazah yang akan digunakan dalam pendaftaran.";

/// Shown before "Iya", and on the card.
pub(crate) const FINAL: &str =
    "Setelah pendaftaran akun diproses, Anda tidak bisa melakukan perubahan data akun.";

/// Shown wherever somebody might be asked for money.
pub(crate) const FREE: &str = "Pendaftaran tidak dipungut biaya.";

/// What is asked before the account is made.
pub(super) const SURE: &str = "Apakah data yang Anda isikan sudah sesuai? Cek kembali jika Anda belum yakin.";

/// At a field that was left empty.
pub(super) const INCOMPLETE: &str = "Isian ini belum lengkap.";

/// What field `name` is called where it is not beside its text.
pub(super) fn label(name: &str) -> Option<&'static str> {
    Some(match name {
        "nik" => "NIK",
        "kk" => "Nomor Kartu Keluarga",
        "full_name" => "Nama lengkap",
        "certificate_name" => "Nama sesuai ijazah",
        "birth_place" => "Tempat lahir",
        "birth_date" => "Tanggal lahir",
        "phone" => "Nomor HP",
        "email" => "Email",
        "captcha" => "Kode pada gambar",
        "password" => "Kata sandi",
        "password_repetition" => "Ulangi kata sandi",
        "description" => "Uraian",
        _ => return None,
    })
}

/// Why a refusal came, and what to do about it.
#[derive(Clone, Copy)]
pub(super) struct Advice {
    pub(super) cause: &'static str,
    pub(super) todo: &'static str,
}

/// What whoever is refused for `failure` has to know.
pub(super) const fn advice(failure: Failure) -> Advice {
    let (cause, todo) = match failure {
        Failure::NotOpen => (
            "Masa pendaftaran belum dimulai, atau jadwal pembukaannya diundur.",
            "Kembali pada waktu pembukaan yang diumumkan. Tidak perlu memuat ulang halaman terus-menerus.",
        ),
        Failure::AwaitingFormations => (
            "Masa pendaftaran sudah dimulai, tetapi instansi masih memverifikasi formasinya.",
            "Tunggu pengumuman, lalu coba lagi. Data Anda tidak bermasalah.",
        ),
        Failure::Closed => (
            "Batas waktu pendaftaran sudah lewat.",
            "Lihat pengumuman. Jika pendaftaran diperpanjang, pendaftaran yang sudah dimulai dapat dilanjutkan.",
        ),
        Failure::Maintenance => (
            "Portal sedang dipelihara sesuai pengumuman.",
            "Coba lagi setelah pemeliharaan selesai. Data yang sudah disimpan tidak hilang.",
        ),
        Failure::NikMalformed => (
            "NIK bukan 16 angka: ada angka yang kurang atau lebih, huruf, spasi, atau tanda baca.",
            "Ketik 16 angka NIK seperti pada KTP, tanpa spasi dan tanda baca.",
        ),
        Failure::NikInvalid => (
            "Kode wilayah, tanggal lahir, atau nomor urut di dalam NIK tidak mungkin ada.",
            "Bandingkan setiap angka dengan KTP Anda, lalu ketik kembali.",
        ),
        Failure::KkMalformed => {
            ("Nomor KK bukan 16 angka.", "Ketik 16 angka nomor Kartu Keluarga, tanpa spasi dan tanda baca.")
        }
        Failure::NikNotFound => (
            "NIK tidak ada di data kependudukan: salah ketik, atau data daerah belum sampai ke pusat.",
            "Periksa kembali NIK Anda. Jika sudah benar, hubungi Dukcapil agar data Anda disinkronkan.",
        ),
        Failure::NikKkMismatch => (
            "Nomor KK bukan yang tercatat untuk NIK ini, misalnya karena KK lama setelah menikah atau pindah.",
            "Gunakan nomor KK terbaru. Jika sudah benar, hubungi Dukcapil.",
        ),
        Failure::IdentityMismatch => (
            "Nama atau tanggal lahir berbeda dari data kependudukan: gelar, singkatan, atau salah ketik.",
            "Ketik nama dan tanggal lahir persis seperti pada KTP. Jika data di KTP salah, hubungi Dukcapil.",
        ),
        Failure::NikRegistered => (
            "NIK ini sudah memiliki akun.",
            "Silakan masuk dengan akun itu. Jika bukan Anda yang mendaftarkannya, buat tiket di Helpdesk.",
        ),
        Failure::ContactInUse => (
            "Akun lain sudah memakai email atau nomor HP ini.",
            "Gunakan email dan nomor HP milik Anda sendiri yang belum terdaftar.",
        ),
        Failure::ContactInvalid => (
            "Alamat email atau nomor HP tidak mungkin benar.",
            "Contoh email: nama@contoh.example. Contoh nomor HP: 081234567890.",
        ),
        Failure::CaptchaWrong => (
            "Kode salah ketik, kedaluwarsa, atau sudah pernah dipakai.",
            "Ketik kode pada gambar yang baru. Huruf besar dan kecil sama saja.",
        ),
        Failure::CaptchaUnavailable => {
            ("Gambar kode tidak dapat dibuat saat ini.", "Tunggu sebentar, lalu coba lagi.")
        }
        Failure::FileTooLarge => (
            "Ukuran file lebih besar dari yang diizinkan.",
            "Perkecil resolusi atau mutu gambar, lalu unggah kembali.",
        ),
        Failure::FileTooSmall => (
            "Ukuran file lebih kecil dari yang diizinkan.",
            "Gunakan foto dengan resolusi lebih tinggi, lalu unggah kembali.",
        ),
        Failure::FileType => (
            "Isi file bukan format yang diminta, terpotong, atau namanya saja yang diganti.",
            "Simpan ulang foto sebagai JPG dari aplikasi foto, lalu unggah kembali.",
        ),
        Failure::PhotoBlurred => (
            "Foto tidak tajam.",
            "Ambil foto ulang di tempat terang, pegang kamera dengan tenang, dan pastikan tulisan terbaca.",
        ),
        Failure::CameraMissing => (
            "Swafoto belum ada, misalnya karena kamera ditolak atau tidak tersedia.",
            "Izinkan kamera di peramban, pakai perangkat lain, atau pilih foto dari berkas.",
        ),
        Failure::UploadTooSlow => (
            "File tidak sampai dalam waktu yang tersedia karena koneksi lambat atau terputus.",
            "Coba lagi dengan koneksi yang lebih baik atau file yang lebih kecil.",
        ),
        Failure::BirthplaceUnknown => (
            "Tempat lahir tidak ada di daftar kabupaten/kota: lahir di luar negeri, atau namanya sudah berganti.",
            "Pilih kabupaten/kota dengan namanya yang sekarang. Jika tidak ada, buat tiket di Helpdesk.",
        ),
        Failure::NameHasTitle => {
            ("Nama memuat gelar akademik atau keagamaan.", "Ketik nama tanpa gelar, seperti pada ijazah.")
        }
        Failure::AgeIneligible => (
            "Usia Anda pada hari ini di luar batas yang ditentukan.",
            "Periksa kembali tanggal lahir. Batas usia tidak dapat diubah oleh portal.",
        ),
        Failure::PasswordWeak => (
            "Kata sandi terlalu pendek, terlalu umum, atau dibuat dari NIK.",
            "Gunakan kata sandi yang lebih panjang dan tidak mudah ditebak, misalnya beberapa kata acak.",
        ),
        Failure::PasswordMismatch => {
            ("Kedua isian kata sandi berbeda.", "Ketik kata sandi yang sama di kedua isian.")
        }
        Failure::StepOutOfOrder => (
            "Ada langkah sebelumnya yang belum selesai.",
            "Lanjutkan dari langkah yang belum lengkap. Yang sudah diisi tetap tersimpan.",
        ),
        Failure::DraftExpired => (
            "Waktu pengisian sudah habis, atau pendaftaran ini tidak dikenal di peramban ini.",
            "Mulai lagi dari langkah 1. Data yang belum dikirim tidak disimpan.",
        ),
        Failure::FormOutdated => (
            "Halaman ini lebih lama dari versi portal yang sekarang, atau dibuka di peramban lain.",
            "Muat ulang halaman, lalu isi kembali.",
        ),
        Failure::AlreadyFinal => {
            ("Akun sudah dibuat, dan datanya tidak dapat diubah lagi.", "Lihat Kartu Informasi Akun Anda.")
        }
        Failure::ActivationExpired => (
            "Tautan atau kode aktivasi terlambat, salah, atau sudah pernah dipakai.",
            "Minta pesan aktivasi baru dengan nomor tanda terima Anda.",
        ),
        Failure::LoginFailed => (
            "NIK atau kata sandi salah, akun belum diaktifkan, atau terkunci karena terlalu banyak percobaan.",
            "Periksa keduanya. Setelah beberapa kali salah, tunggu sebelum mencoba lagi, atau atur ulang kata sandi.",
        ),
        Failure::TooManyRequests => (
            "Terlalu banyak permintaan dari satu orang.",
            "Tunggu sebentar sebelum mencoba lagi. Memuat ulang halaman tidak mempercepat.",
        ),
        Failure::Busy => (
            "Terlalu banyak orang yang datang bersamaan.",
            "Tunggu sebentar, lalu coba lagi. Data yang sudah disimpan tidak hilang.",
        ),
        Failure::QueueTokenInvalid => (
            "Nomor antrean milik orang lain, sudah terpakai, atau tidak berlaku lagi.",
            "Ambil nomor antrean yang baru.",
        ),
        Failure::RegistrySlow => (
            "Data kependudukan tidak menjawab tepat waktu. NIK Anda tidak dinyatakan salah.",
            "Tunggu sebentar, lalu coba lagi.",
        ),
        Failure::RegistryQuota => (
            "Jatah pemeriksaan data kependudukan hari ini sudah habis. NIK Anda tidak dinyatakan salah.",
            "Coba lagi besok setelah pukul 00.00 WIB.",
        ),
        Failure::RegistryDown => (
            "Layanan data kependudukan sedang tidak tersedia. NIK Anda tidak dinyatakan salah.",
            "Tunggu sebentar, lalu coba lagi.",
        ),
        Failure::StorageUnavailable => (
            "Data tidak dapat disimpan saat ini.",
            "Coba lagi. Yang sudah dinyatakan tersimpan tidak hilang, dan pengulangan tidak membuat akun ganda.",
        ),
        Failure::Internal => {
            ("Ada kesalahan di dalam portal.", "Coba lagi. Jika berulang, buat tiket di Helpdesk.")
        }
    };
    Advice { cause, todo }
}

/// Whom to turn to.
pub(super) const fn contact(contact: Contact) -> &'static str {
    match contact {
        Contact::SelfHelp => "Dapat Anda perbaiki sendiri.",
        Contact::Dukcapil => {
            "Hubungi Dinas Dukcapil kabupaten/kota Anda. Portal dan instansi tidak dapat mengubah data kependudukan."
        }
        Contact::Helpdesk => "Hubungi Helpdesk portal.",
        Contact::None => "Tidak perlu menghubungi siapa pun: sesuai pengumuman.",
    }
}

/// What is odd, and is not refused.
pub(super) const fn warning(warning: Warning) -> &'static str {
    match warning {
        Warning::BirthDateUnlikeNik => {
            "Tanggal lahir berbeda dari tanggal di dalam NIK. Ini tidak menghalangi pendaftaran; pastikan tanggal lahir sesuai \
             dengan KTP."
        }
        Warning::KkRegionUnknown => {
            "Kode wilayah pada nomor KK tidak dikenal. Ini tidak menghalangi pendaftaran; pastikan nomornya sesuai dengan KK."
        }
    }
}

/// Seconds as people say them.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{seconds} detik"),
        90..5_400 => format!("{} menit", seconds.div_ceil(60)),
        _ => format!("{} jam", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_refusal_has_words_of_its_own() {
        let causes: HashSet<_> = Failure::ALL.iter().map(|&failure| advice(failure).cause).collect();
        assert_eq!(causes.len(), Failure::ALL.len());
        for &failure in Failure::ALL {
            let Advice { cause, todo } = advice(failure);
            assert!(cause.ends_with('.') && todo.ends_with('.'), "{failure}");
        }
    }

    #[test]
    fn spans() {
        let check = |seconds, expect: &str| assert_eq!(span(seconds), expect);
        check(0, "0 detik");
        check(89, "89 detik");
        check(90, "2 menit");
        check(3_600, "60 menit");
        check(5_400, "2 jam");
    }
}
