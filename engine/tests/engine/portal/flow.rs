//! From the home page to the card and back, without scripts.

use super::{Browser, CREDENTIALS, browser, identity, walk};
use crate::support::{Engine, nik};
use domain::document::DocumentKind;
use hyper::{Method, StatusCode};

#[tokio::test]
async fn from_the_home_page_to_the_card() {
    let (engine, mut browser) = browser("activation = \"off\"").await;
    browser.get("/").await;
    assert!(browser.text.contains("Selamat Datang di Portal SSCASN"), "{}", browser.text);
    walk(&mut browser, 1, "ipksc").await;
    assert!(browser.at.ends_with("/periksa"), "{}", browser.at);
    for shown in [nik(1).as_str(), "17 Mei 2000", "Kabupaten Sintetis 01", "Perempuan", "160 × 200 piksel"] {
        assert!(browser.text.contains(shown), "{shown} in {}", browser.text);
    }
    assert!(!browser.text.contains("Belum di"), "{}", browser.text);
    browser.stage("konfirmasi").await;
    assert!(browser.text.contains("Apakah data yang Anda isikan sudah sesuai?"), "{}", browser.text);
    let confirmation = browser.at.clone();
    let page = browser.text.clone();
    browser.fill::<&str>(&confirmation, &[]).await;
    assert!(browser.at.ends_with("/selesai"), "{}", browser.at);
    let made = browser.text.clone();
    // A second click, and "Iya" after going back, get the same account.
    browser.text = page;
    browser.fill::<&str>(&confirmation, &[]).await;
    assert_eq!((browser.status, &browser.text), (StatusCode::OK, &made));
    assert_eq!(engine.exported().await, [nik(1)]);
    let card = made.split("href=\"").find(|rest| rest.starts_with("/api/v1/accounts/")).unwrap();
    let card = card.split('"').next().unwrap().replace("&amp;", "&");
    browser.get(&card).await;
    assert!(browser.text.contains("Kartu Informasi Akun") && browser.text.contains(&nik(1)));

    log_in_and_out(&mut browser).await;
}

async fn log_in_and_out(browser: &mut Browser) {
    browser.get("/masuk").await;
    browser.fill("/masuk", &[("nik", nik(1).as_str()), ("password", CREDENTIALS[0].1)]).await;
    assert_eq!(browser.at, "/akun");
    assert!(browser.text.contains(&nik(1)) && browser.text.contains("siti1@contoh.example"));
    browser.fill::<&str>("/keluar", &[]).await;
    assert_eq!((browser.at.as_str(), browser.cookies.contains_key("sesi")), ("/", false));
    browser.get("/akun").await;
    assert_eq!(browser.at, "/masuk");
}

/// Everything that is shown of what was typed stays, whatever was wrong; secrets don't.
#[tokio::test]
async fn what_was_typed_stays() {
    let (_engine, mut browser) = browser("").await;
    browser.get("/daftar").await;
    let mut typed = identity(1);
    typed[1].1 = "12".to_owned();
    browser.fill("/daftar", &typed).await;
    assert_eq!((browser.status.as_u16(), browser.fault()), (422, Some("kk-malformed")));
    for (name, value) in &typed {
        assert_eq!(browser.value(name), Some(value.as_str()), "{name}");
    }
    typed[4].1 = String::new();
    browser.fill("/daftar", &typed).await;
    assert_eq!(browser.fault_at("kk"), Some("kk-malformed"), "beside the date that is missing");
    assert_eq!(browser.fault_at("birth_date"), Some("form-outdated"));
    typed[4].1 = "2000-05-17".to_owned();
    typed[1].1 = "9902020102150003".to_owned();
    typed.push(("ganti", "1".to_owned()));
    browser.fill("/daftar", &typed).await;
    assert_eq!((browser.status.as_u16(), browser.value("nik")), (200, Some(nik(1).as_str())));
    typed.pop();
    browser.fill("/daftar", &typed).await;
    walk(&mut browser, 1, "pks").await;
    browser.stage("sandi").await;
    let mut typed = CREDENTIALS;
    typed[1].1 = "kuda-laut-48";
    browser.fill_here("sandi", &typed).await;
    assert_eq!(browser.fault_at("password_repetition"), Some("password-mismatch"));
    assert!(!browser.text.contains("kuda-laut") && !browser.text.contains("Kucing"));
}

/// Closing the page and coming back, out of order, or by the back button is harmless.
#[tokio::test]
async fn steps_can_be_repeated_and_come_in_their_order() {
    let (_engine, mut browser) = browser("").await;
    walk(&mut browser, 1, "i").await;
    let draft = browser.draft();
    browser.stage("dokumen").await;
    assert_eq!((browser.status.as_u16(), browser.fault()), (409, Some("step-out-of-order")));
    browser.get(&draft).await;
    assert!(browser.at.ends_with("/data"));
    walk(&mut browser, 1, "pk").await;
    browser.get(&draft).await;
    assert!(browser.at.ends_with("/dokumen"));
    walk(&mut browser, 1, "c").await;
    browser.stage("konfirmasi").await;
    assert_eq!((browser.status.as_u16(), browser.fault()), (422, Some("camera-missing")));
    walk(&mut browser, 1, "s").await;
    browser.stage("data").await;
    assert_eq!(browser.value("certificate_name"), Some("Siti Aminah"));
    browser.fill_here("data", &super::PROFILE).await;
    browser.stage("konfirmasi").await;
    browser.fill_here::<&str>("konfirmasi", &[]).await;
    assert!(browser.at.ends_with("/selesai"), "{}", browser.text);
    browser.stage("data").await;
    assert_eq!((browser.status.as_u16(), browser.fault()), (409, Some("already-final")));
    // The address of a form, asked for as a page, leads to where the form is.
    for (path, led_to) in [("/keluar", "/masuk"), ("/lupa-sandi/jawaban", "/lupa-sandi")] {
        browser.get(path).await;
        assert_eq!(browser.at, led_to);
    }
}

#[tokio::test]
async fn activation_by_link_code_and_another_message() {
    let engine = Engine::start("activation = \"on\"").await;
    let mut browser = Browser::open(&engine).await;
    let made = engine.client().await.register(1).await;
    let letter = engine.message().await;
    let link = format!("/aktivasi?token={}", letter.token());
    browser.get(&link).await;
    assert!(browser.text.contains("Tekan tombol ini"), "looking at the link activates nothing");
    browser.get("/aktivasi").await;
    let number = made.account_number.to_string();
    let wrong = if letter.code() == "000000" { "000001" } else { "000000" };
    browser.fill("/aktivasi", &[("account_number", number.as_str()), ("code", wrong)]).await;
    assert_eq!((browser.fault_at("code"), browser.status.as_u16()), (Some("activation-expired"), 410));
    assert_eq!(browser.value("account_number"), Some(number.as_str()));
    browser.get("/aktivasi").await;
    browser.fill("/aktivasi/pesan", &[("receipt", &made.receipt.to_string())]).await;
    assert!(browser.text.contains("Pesan aktivasi baru"), "{}", browser.text);
    browser.get(&link).await;
    browser.fill::<&str>("/aktivasi", &[]).await;
    assert_eq!(browser.fault(), Some("activation-expired"), "the earlier link counts no more");
    crate::support::until("another message", || engine.outbox().len() == 2).await;
    let newest = engine.outbox().into_iter().find(|text| *text != letter.0).unwrap();
    let token = crate::support::Letter(newest).token().to_owned();
    browser.get(&format!("/aktivasi?token={token}")).await;
    browser.fill::<&str>("/aktivasi", &[]).await;
    assert!(browser.text.contains("Akun Anda sudah aktif"), "{}", browser.text);
}

#[tokio::test]
async fn a_forgotten_password() {
    let (_engine, mut browser) = browser("activation = \"off\"").await;
    walk(&mut browser, 1, "ipksc").await;
    browser.fill_here::<&str>("konfirmasi", &[]).await;
    browser.get("/lupa-sandi").await;
    browser.fill("/lupa-sandi", &[("nik", nik(1))]).await;
    assert!(browser.text.contains(CREDENTIALS[2].1) && browser.text.contains(CREDENTIALS[4].1));
    let new = [("password", "ikan-paus-99"), ("password_repetition", "ikan-paus-99")];
    let answers = |second: &'static str| [("answer", "kucing"), ("second_answer", second), new[0], new[1]];
    browser.fill("/lupa-sandi/jawaban", &answers("Bumi")).await;
    assert_eq!((browser.fault(), browser.status.as_u16()), (Some("login-failed"), 401));
    browser.fill("/lupa-sandi/jawaban", &answers("LASKAR")).await;
    assert!(browser.text.contains("Kata sandi baru sudah berlaku"), "{}", browser.text);
    browser.get("/masuk").await;
    browser.fill("/masuk", &[("nik", nik(1).as_str()), ("password", "ikan-paus-99")]).await;
    assert_eq!(browser.at, "/akun");
}

#[tokio::test]
async fn help_and_the_helpdesk() {
    let (_engine, mut browser) = browser("").await;
    browser.get("/bantuan").await;
    for failure in domain::Failure::ALL {
        assert!(browser.text.contains(&format!("<div id=\"{failure}\">")), "{failure}");
    }
    browser.get("/bantuan/tiket").await;
    let ticket = [
        ("nik", nik(1)),
        ("kk", "9902020102150003".to_owned()),
        ("category", "data-mismatch".to_owned()),
        ("description", "Nama saya salah.\r\nMohon bantuan.".to_owned()),
    ];
    let mut wrong = ticket.clone();
    wrong[0].1 = "12".to_owned();
    wrong[2].1 = String::new();
    browser.fill("/bantuan/tiket", &wrong).await;
    assert_eq!(browser.fault_at("category"), Some("form-outdated"));
    wrong[2].1 = "data-mismatch".to_owned();
    browser.fill("/bantuan/tiket", &wrong).await;
    assert_eq!(browser.fault_at("nik"), Some("nik-malformed"));
    browser.fill("/bantuan/tiket", &ticket).await;
    let link = browser.text.split("href=\"").find(|rest| rest.starts_with("/bantuan/tiket?nomor=")).unwrap();
    let link = link.split('"').next().unwrap().to_owned();
    browser.get(&link).await;
    assert!(browser.text.contains("Menunggu jawaban") && browser.text.contains("Dukcapil"));
    browser.get("/bantuan/tiket?nomor=0000").await;
    assert!(browser.text.contains("Tidak ada tiket"));
}

/// Pages weigh less than 100 KB with everything they load, and load nothing from elsewhere.
#[tokio::test]
async fn pages_are_light_and_load_only_what_is_ours() {
    let (_engine, mut browser) = browser("").await;
    walk(&mut browser, 1, "ipk").await;
    let draft = browser.draft();
    let stages = ["data", "dokumen", "sandi", "periksa"].map(|stage| format!("{draft}/{stage}"));
    let plain =
        ["/", "/daftar", "/masuk", "/pengumuman", "/bantuan", "/bantuan/tiket", "/aktivasi", "/lupa-sandi"];
    let mut assets = std::collections::BTreeSet::new();
    for path in plain.into_iter().chain(stages.iter().map(String::as_str)) {
        browser.get(path).await;
        assert_eq!(browser.status, StatusCode::OK, "{path}");
        assert!(browser.text.len() < 70_000, "{path} has {} bytes", browser.text.len());
        assert!(browser.text.contains("SIMULASI"), "{path}");
        let policy = browser.last.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(browser.last.headers["cache-control"], "no-store", "{path}");
        for part in browser.text.split(['<', '>']) {
            for attribute in ["src=\"", "href=\""] {
                let Some(value) = part.split_once(attribute).map(|(_, rest)| rest.split('"').next().unwrap())
                else {
                    continue;
                };
                assert!(
                    value.starts_with(['/', '#']) && !value.starts_with("//")
                        || value.starts_with("data:image/png"),
                    "{path} loads or leads to {value}"
                );
                if value.starts_with("/aset/") {
                    assets.insert(value.to_owned());
                }
            }
            assert!(!part.contains(" style=") && !part.contains(" onclick="), "{path}: {part}");
        }
    }
    assert_eq!(assets.len(), 3);
    let mut weight = 0;
    for path in assets {
        browser.get(&path).await;
        assert_eq!(browser.last.headers["cache-control"], "public, max-age=31536000, immutable");
        weight += browser.text.len();
    }
    assert!(weight < 30_000, "{weight} bytes");
    browser.go(Method::POST, "/bantuan", "", Vec::new()).await;
    assert_eq!(browser.status, StatusCode::METHOD_NOT_ALLOWED);
    browser.get("/tidak-ada").await;
    assert_eq!(browser.status, StatusCode::NOT_FOUND);
    assert!(browser.text.contains("<h1>Alamat tidak ditemukan</h1>"));
}

/// A file is judged as the API judges it, and told at its field.
#[tokio::test]
async fn files() {
    let (_engine, mut browser) = browser("").await;
    walk(&mut browser, 1, "ip").await;
    let mut too_large = crate::support::PHOTO.to_vec();
    too_large.resize(200_001, 0);
    let cases: [(&[u8], u16, &str); 4] = [
        (&too_large, 413, "file-too-large"),
        (&vec![0; 3_000_000], 413, "file-too-large"),
        (b"\x89PNG\r\n\x1a\n----", 415, "file-type"),
        (b"", 409, "form-outdated"),
    ];
    for (file, status, code) in cases {
        browser.upload(DocumentKind::Ktp, file).await;
        assert_eq!(
            (browser.status.as_u16(), browser.fault_at("ktp")),
            (status, Some(code)),
            "{}",
            file.len()
        );
    }
    walk(&mut browser, 1, "k").await;
}
