//! The portal in a real Chromium: the whole flow, ten ways to fail, and what the script adds. One browser walks nearly all of it, since
//! starting one costs more than a scene. Where chromium or chromedriver is missing, the tests say so and pass.

mod driver;
mod failures;
mod flow;
mod looks;
mod script;

use crate::support::{Engine, nik};
use driver::{Browser, Driver};

/// Everything that a person does, without a camera and with one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_in_chromium() {
    let Some(driver) = Driver::start() else { return };
    let browser = driver.browser(&[]).await;
    flow::from_the_home_page_to_the_card_and_back_in(&browser).await;
    failures::at_the_form(&browser).await;
    failures::outside_of_the_window(&browser).await;
    failures::in_the_waiting_room(&browser).await;
    script::fields_are_checked_as_one_types(&browser).await;
    script::nothing_is_lost_with_the_connection(&browser).await;
    script::without_a_camera(&browser).await;
    browser.close().await;
    let browser = driver.browser(&["use-fake-ui-for-media-stream", "use-fake-device-for-media-stream"]).await;
    script::with_a_camera(&browser).await;
    browser.close().await;
}

/// Looks at every page at three widths and asks axe-core about it. By hand, since axe-core comes from npm:
/// `npm pack axe-core && tar xzf axe-core-*.tgz`, then `LONJAKAN_AXE=package/axe.min.js LONJAKAN_LOOKS=folder cargo test -p engine
/// --test engine every_page_is_looked_at -- --ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs axe-core from npm"]
async fn every_page_is_looked_at() {
    let driver = Driver::start().expect("chromium and chromedriver");
    let browser = driver.browser(&[]).await;
    looks::every_page(&browser).await;
    browser.close().await;
}

/// Step 1 as person `person` types it.
async fn fill_identity(browser: &Browser, person: u32) {
    for (name, value) in [
        ("nik", nik(person)),
        ("kk", "9902020102150003".to_owned()),
        ("full_name", "Siti Aminah".to_owned()),
        ("birth_place", "Kabupaten Sintetis 01".to_owned()),
        ("phone", format!("0812{person:08}")),
        ("email", format!("siti{person}@contoh.example")),
    ] {
        browser.type_in(name, &value).await;
    }
    browser.set("birth_date", "2000-05-17").await;
    browser.solve_captcha().await;
}

/// From step 1 to the documents.
async fn go_to_documents(browser: &Browser, engine: &Engine, person: u32) {
    browser.goto(engine, "/daftar").await;
    fill_identity(browser, person).await;
    browser.submit().await;
    browser.wait("form[action$='/data']").await;
    browser.choose("birth_regency", "9901").await;
    browser.click("input[name=sex][value=female]").await;
    browser.choose("category", "cpns").await;
    browser.submit().await;
    browser.wait("#ktp").await;
}

/// Password, questions and captcha.
async fn fill_credentials(browser: &Browser, password: &str) {
    browser.type_in("password", password).await;
    browser.type_in("password_repetition", password).await;
    browser.choose("questions", "Apa nama hewan peliharaan pertama Anda?").await;
    browser.type_in("answer", "Kucing").await;
    browser.choose("second_question", "Apa judul buku pertama yang Anda tamatkan?").await;
    browser.type_in("second_answer", "Laskar").await;
    browser.solve_captcha().await;
}
