//! The field with a captcha: its picture, another one for the asking, and the form without it where none can be made.

use super::fields::{Faults, described_by, fault_of};
use crate::api::captchas::challenge;
use crate::app::App;
use domain::Failure;
use domain::wire::CaptchaChallenge;
use maud::{Markup, html};

/// A new challenge, or why there is none.
pub(super) struct Captcha(Result<CaptchaChallenge, Failure>);

impl Captcha {
    pub(super) fn new(app: &App) -> Captcha {
        Captcha(challenge(app).map_err(|error| error.failure()))
    }

    /// The field, with "another picture" as a button that sends the form as it is.
    pub(super) fn drawn(&self, length: usize, faults: Faults<'_>) -> Markup {
        let fault = faults.at("captcha");
        html! {
            div.isian.captcha {
                label for="captcha" { "Kode pada gambar" }
                p.petunjuk id="captcha-petunjuk" { (length) " huruf atau angka; huruf besar dan kecil sama saja." }
                @match &self.0 {
                    Ok(challenge) => {
                        input type="hidden" name="captcha_id" value=(challenge.id);
                        img src=(challenge.image) alt="Gambar kode yang harus diketik" width="240" height="80";
                    }
                    Err(failure) => { p.salah data-kode=(failure) { (failure.title()) ". Minta gambar lain sebentar lagi." } }
                }
                div.baris {
                    input id="captcha" name="captcha" type="text" required autocomplete="off" autocapitalize="characters"
                        spellcheck="false" aria-invalid=[fault.map(|_| "true")]
                        aria-describedby=[described_by("captcha", true, fault.is_some())];
                    button.kedua type="submit" name="ganti" value="1" formnovalidate { "Gambar lain" }
                }
                (fault_of("captcha", fault))
            }
        }
    }
}
