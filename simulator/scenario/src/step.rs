//! The steps of the registration flow, by the names that records, objectives and histograms use.

use std::fmt;

/// One step of the flow, in the order in which an applicant takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// `GET /status`: is the portal open.
    Status,
    /// `POST /captchas`: a challenge; taken twice, before identity and before credentials.
    Captcha,
    /// `POST /drafts`: NIK, KK, name, birth, phone, e-mail.
    Identity,
    /// `PUT profile`.
    Profile,
    /// `PUT documents/ktp`.
    Ktp,
    /// `PUT documents/swafoto`.
    Swafoto,
    /// `PUT credentials`.
    Credentials,
    /// `GET /drafts/{token}`: everything once more.
    Review,
    /// `POST confirmation`: makes the account.
    Confirmation,
}

/// The name of the whole registration beside those of its steps: from the intended instant to the final answer.
pub const REGISTRATION: &str = "registration";

impl Step {
    /// Every step, in flow order.
    pub const ALL: [Step; 9] = [
        Step::Status,
        Step::Captcha,
        Step::Identity,
        Step::Profile,
        Step::Ktp,
        Step::Swafoto,
        Step::Credentials,
        Step::Review,
        Step::Confirmation,
    ];

    /// Its name in records and objectives.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Status => "status",
            Step::Captcha => "captcha",
            Step::Identity => "identity",
            Step::Profile => "profile",
            Step::Ktp => "ktp",
            Step::Swafoto => "swafoto",
            Step::Credentials => "credentials",
            Step::Review => "review",
            Step::Confirmation => "confirmation",
        }
    }

    /// The step of this name.
    pub fn from_name(name: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == name)
    }

    /// Its place in the flow, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
