//! What stands in records as English sentences, in the language of the page. As with gettext a sentence is known by its English; a
//! word in braces is a value, which may be such a sentence itself, or several with commas between them.

use super::{Lang, fill};

/// As recorded, and in Indonesian. Of two that fit, the first counts.
const SENTENCES: &[(&str, &str)] = &[
    // Notes
    (
        "The latency of a registration counts up to the final answer, refusals and failures included.",
        "Latensi sebuah pendaftaran dihitung sampai jawaban terakhir, termasuk penolakan dan kegagalan.",
    ),
    (
        "Part {part} of {of} of the arrivals: the figures are of this part alone.",
        "Bagian {part} dari {of} kedatangan: semua angka hanya untuk bagian ini.",
    ),
    (
        "Thinking times are divided by {factor}: each applicant asks more of the portal in a minute than a real one.",
        "Waktu berpikir dibagi {factor}: dalam satu menit setiap pelamar meminta lebih banyak dari portal daripada \
         pelamar nyata.",
    ),
    (
        "Applicants repeated a step that could not be served just then, up to {times} times.",
        "Langkah yang tidak dapat dilayani saat itu diulang pelamar, paling banyak {times} kali.",
    ),
    (
        "The run was cut short after {after} s: its figures are of the arrivals up to then.",
        "Pengujian dihentikan setelah {after} detik: semua angka hanya untuk kedatangan sampai saat itu.",
    ),
    ("Audit: {example}.", "Audit: {example}."),
    (
        "The engine was killed (kill -9) after {from} s and not back before the end.",
        "Mesin dimatikan paksa (kill -9) setelah {from} detik dan belum kembali sampai akhir.",
    ),
    (
        "The engine was killed (kill -9) after {from} s and back after {to} s.",
        "Mesin dimatikan paksa (kill -9) setelah {from} detik dan kembali setelah {to} detik.",
    ),
    ("Cores: {cores}.", "Inti prosesor: {cores}."),
    (
        "The generator never slept: the processor time in which it looked for work and found none is in no figure.",
        "Mesin uji tidak pernah tidur: waktu prosesor saat ia mencari pekerjaan dan tidak menemukannya tidak termasuk dalam \
         angka mana pun.",
    ),
    (
        "Beside the applicants {polls} people asked for the status only, {failed} of them in vain; they are in no other \
         figure.",
        "Di samping para pelamar, {polls} orang hanya menanyakan status, {failed} di antaranya sia-sia; mereka tidak \
         termasuk dalam angka lain.",
    ),
    (
        "{clients} slow or silent connections were held beside the applicants; the portal ended {cut} of them, each came \
         again.",
        "{clients} sambungan yang lambat atau diam ditahan di samping para pelamar; {cut} di antaranya diputus portal, \
         dan setiap kali datang lagi.",
    ),
    ("The gate was moved at {at} s: {changes}.", "Jadwal diubah pada detik {at}: {changes}."),
    ("it opens at {at} s", "dibuka pada detik {at}"),
    ("it closes at {at} s", "ditutup pada detik {at}"),
    ("formations are ready", "formasi sudah siap"),
    ("formations are not ready", "formasi belum siap"),
    ("maintenance begins", "pemeliharaan mulai"),
    ("maintenance ends", "pemeliharaan selesai"),
    ("announced: {text}", "diumumkan: {text}"),
    (
        "The registry was out from {at} s for {for} s ({kind}).",
        "Layanan Dukcapil terganggu mulai detik {at} selama {for} detik ({kind}).",
    ),
    ("Error", "menjawab galat"),
    ("Reset", "memutus sambungan"),
    ("Silent", "tidak menjawab"),
    (
        "From {at} s the registry had other limits: {changes}.",
        "Mulai detik {at} layanan Dukcapil memiliki batas lain: {changes}.",
    ),
    ("look-ups a second {limit}", "{limit} pencarian per detik"),
    ("look-ups a day {limit}", "{limit} pencarian per hari"),
    ("look-ups taken {limit}", "{limit} pencarian sudah terpakai"),
    ("bits a second on its link {limit}", "{limit} bit per detik pada jalurnya"),
    ("milliseconds a look-up {limit}", "{limit} milidetik per pencarian"),
    ("Put together from {there} of {of} parts.", "Digabung dari {there} dari {of} bagian."),
    (
        "Missing: part {parts}. The figures are of the others alone.",
        "Tidak ada: bagian {parts}. Semua angka hanya untuk bagian lainnya.",
    ),
    // How applicants came
    ("{shape}, even", "{shape}, berjarak sama"),
    ("{shape}, Poisson", "{shape}, acak (Poisson)"),
    ("constant {rate}/s over {for} s", "tetap {rate}/detik selama {for} detik"),
    ("ramp from {from}/s to {to}/s over {for} s", "naik dari {from}/detik ke {to}/detik selama {for} detik"),
    ("steps: {steps}", "bertahap: {steps}"),
    ("{rate}/s for {for} s", "{rate}/detik selama {for} detik"),
    (
        "opening spike, {peak}/s decaying to {floor}/s with {decay} s, over {for} s",
        "lonjakan pembukaan, {peak}/detik menyusut ke {floor}/detik dengan tetapan {decay} detik, selama {for} detik",
    ),
    (
        "a crowd before an opening after {opens} s, growing with {growth} s to {peak}/s and decaying to {floor}/s with \
         {decay} s, over {for} s",
        "kerumunan sebelum pembukaan pada detik {opens}, tumbuh dengan tetapan {growth} detik sampai {peak}/detik dan \
         menyusut ke {floor}/detik dengan tetapan {decay} detik, selama {for} detik",
    ),
    (
        "deadline pressure, {from}/s rising as 1 / time left to {peak}/s, over {for} s",
        "desakan tenggat, {from}/detik naik seperti 1 / sisa waktu sampai {peak}/detik, selama {for} detik",
    ),
    (
        "days of {day} s from {hour} o'clock: {midday}/s at midday, {evening}/s in the evening, {night}/s at night, over \
         {for} s",
        "hari sepanjang {day} detik mulai pukul {hour}: {midday}/detik pada siang, {evening}/detik pada petang, \
         {night}/detik pada malam, selama {for} detik",
    ),
    (
        "replay of {intervals} intervals of {interval} s from {file}",
        "putar ulang {intervals} selang {interval} detik dari {file}",
    ),
    // Whether the generator was fit to judge
    ("nobody arrived: there is nothing to judge by", "tidak ada yang datang: tidak ada yang dapat dinilai"),
    ("{signal}: {observed}, which is over {bound}", "{signal}: {observed}, melebihi {bound}"),
    ("lateness of arrivals, p99", "keterlambatan kedatangan, p99"),
    ("lateness of requests, p99", "keterlambatan permintaan, p99"),
    ("stalls of its timers, p99", "macetnya pewaktu, p99"),
    ("arrivals not sent", "kedatangan yang tidak terkirim"),
    ("connections this machine refused", "sambungan yang ditolak mesin uji ini"),
    ("arrivals that found every user busy", "kedatangan saat semua pengguna sibuk"),
    ("own processor time in the busiest second", "waktu prosesor sendiri pada detik tersibuk"),
    ("waiting for a core in the worst second", "menunggu inti pada detik terburuk"),
    ("step of the wall clock", "lompatan jam dinding"),
    ("file descriptors held", "deskriptor berkas yang dipegang"),
    ("processor time of other programs", "waktu prosesor program lain"),
    ("processor time that the host took away", "waktu prosesor yang diambil mesin induk"),
    ("the program ended before the run did", "program berakhir sebelum pengujian selesai"),
    // How much of a resource there is
    ("1 committer, {flushes} flushes", "1 penulis, {flushes} penulisan"),
    ("{count} look-up at a time", "{count} pencarian sekaligus"),
    ("{count} look-ups at a time", "{count} pencarian sekaligus"),
    ("{count} connection", "{count} sambungan"),
    ("{count} connections", "{count} sambungan"),
    ("{count} thread", "{count} utas"),
    ("{count} threads", "{count} utas"),
    ("{count} core", "{count} inti"),
    ("{count} cores", "{count} inti"),
];

impl Lang {
    /// `text` of a record in this language; what isn't known here stays as it is.
    pub(crate) fn recorded(self, text: &str) -> String {
        match self {
            Lang::En => text.to_owned(),
            Lang::Id => {
                let parts: Vec<_> = text.split(", ").map(|part| (part, known(part))).collect();
                let whole = if parts.iter().all(|(_, known)| known.is_some()) { None } else { known(text) };
                whole.unwrap_or_else(|| {
                    let parts = parts.into_iter().map(|(part, known)| known.unwrap_or(part.to_owned()));
                    parts.collect::<Vec<_>>().join(", ")
                })
            }
        }
    }
}

fn known(text: &str) -> Option<String> {
    sentence(text).or_else(|| number(text))
}

fn sentence(text: &str) -> Option<String> {
    SENTENCES.iter().find_map(|(template, translation)| {
        let values = take_apart(template, text)?;
        let values: Vec<_> =
            values.into_iter().map(|(name, value)| (name, Lang::Id.recorded(value))).collect();
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Some(fill(translation, &values))
    })
}

/// Records have a point where Indonesian has a comma.
fn number(text: &str) -> Option<String> {
    let digits = text.strip_suffix(" ms").or(text.strip_suffix(" %")).unwrap_or(text);
    digits.parse::<f64>().ok().map(|_| text.replacen('.', ",", 1))
}

/// The opposite of [`fill`]: the values that make `template` to `text`, each as short as can be; `None` where it is another sentence.
fn take_apart<'a>(template: &'static str, text: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (start, mut template) = template.split_once('{').unwrap_or((template, ""));
    let mut text = text.strip_prefix(start)?;
    let mut values = Vec::new();
    while let Some((name, rest)) = template.split_once('}') {
        let (between, further) = rest.split_once('{').unwrap_or((rest, ""));
        let ends = if further.is_empty() { text.strip_suffix(between)?.len() } else { text.find(between)? };
        values.push((name, &text[..ends]));
        (template, text) = (further, &text[ends + between.len()..]);
    }
    (text.is_empty() && values.iter().all(|(_, value)| !value.is_empty())).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_records() {
        let check = |text: &str, expect: &str| {
            assert_eq!(Lang::Id.recorded(text), expect);
            assert_eq!(Lang::En.recorded(text), text);
        };
        check("arrivals not sent", "kedatangan yang tidak terkirim");
        check("an operator's own words, with a comma", "an operator's own words, with a comma");
        check("", "");
        check(
            "The engine was killed (kill -9) after 1.0 s and back after 1.4 s.",
            "Mesin dimatikan paksa (kill -9) setelah 1,0 detik dan kembali setelah 1,4 detik.",
        );
        check(
            "The gate was moved at 2.5 s: it opens at 3 s, maintenance ends, announced: Buka, ya.",
            "Jadwal diubah pada detik 2,5: dibuka pada detik 3, pemeliharaan selesai, diumumkan: Buka, ya.",
        );
        check(
            "opening spike, 200/s decaying to 12.5/s with 4 s, over 30 s, Poisson",
            "lonjakan pembukaan, 200/detik menyusut ke 12,5/detik dengan tetapan 4 detik, selama 30 detik, acak (Poisson)",
        );
        check(
            "steps: 40/s for 3 s, 20/s for 9 s, even",
            "bertahap: 40/detik selama 3 detik, 20/detik selama 9 detik, berjarak sama",
        );
        check(
            "lateness of arrivals, p99: 60.2 ms, which is over 50.0 ms",
            "keterlambatan kedatangan, p99: 60,2 ms, melebihi 50,0 ms",
        );
        check("Cores: generator [0], engine [0, 1].", "Inti prosesor: generator [0], engine [0, 1].");
        check(
            "The generator never slept: the processor time in which it looked for work and found none is in no figure.",
            "Mesin uji tidak pernah tidur: waktu prosesor saat ia mencari pekerjaan dan tidak menemukannya tidak termasuk dalam angka mana pun.",
        );
        check("1 core", "1 inti");
        check("1 committer, 45 flushes", "1 penulis, 45 penulisan");
    }

    /// A place that is left empty, or one that nothing fills, would show its braces.
    #[test]
    fn translations_have_the_places_of_their_sentences() {
        let places = |template: &'static str| {
            let mut places: Vec<&str> =
                template.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
            places.sort_unstable();
            places
        };
        for (template, translation) in SENTENCES {
            assert_eq!(places(template), places(translation), "{template}");
        }
    }
}
