//! Which page a request is for, and as which endpoint it is judged.

use super::drafts::Handle;
use crate::api::route::{QueueVisit, Route};
use crate::store::DraftId;
use domain::document::DocumentKind;
use hyper::Method;

/// A page, or a form's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Home,
    Announcements,
    Queue,
    QueueLeave,
    Begin,
    Resume,
    Draft(Handle, Stage),
    Login,
    Logout,
    Account,
    Activation,
    ActivationMessage,
    Reset,
    ResetAnswers,
    Help,
    Ticket,
}

/// A page of a registration under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Wherever it goes on.
    Overview,
    Profile,
    Documents,
    Document(DocumentKind),
    Credentials,
    Review,
    Confirmation,
    Done,
    /// This browser has no more to do with it.
    Leave,
}

impl Target {
    /// The page at `path`.
    pub(super) fn of(path: &str) -> Option<Target> {
        Some(match path {
            "/" => Target::Home,
            "/pengumuman" => Target::Announcements,
            "/antrean" => Target::Queue,
            "/antrean/keluar" => Target::QueueLeave,
            "/daftar" => Target::Begin,
            "/daftar/lanjut" => Target::Resume,
            "/masuk" => Target::Login,
            "/keluar" => Target::Logout,
            "/akun" => Target::Account,
            "/aktivasi" => Target::Activation,
            "/aktivasi/pesan" => Target::ActivationMessage,
            "/lupa-sandi" => Target::Reset,
            "/lupa-sandi/jawaban" => Target::ResetAnswers,
            "/bantuan" => Target::Help,
            "/bantuan/tiket" => Target::Ticket,
            _ => {
                let (handle, rest) = path.strip_prefix("/daftar/")?.split_at_checked(Handle::CHARS)?;
                Target::Draft(Handle::parse(handle)?, Stage::of(rest)?)
            }
        })
    }

    /// The registration that it belongs to.
    pub(super) const fn draft(self) -> Option<Handle> {
        match self {
            Target::Draft(handle, _) => Some(handle),
            _ => None,
        }
    }

    /// The endpoint whose work it does: its load is judged, counted and named as that one's. `draft` is the registration that the
    /// browser may see.
    pub(super) fn endpoint(self, posts: bool, draft: Option<DraftId>) -> Route {
        match (self, posts) {
            (Target::Home | Target::Announcements | Target::Resume, _)
            | (Target::Login | Target::Activation, false) => Route::Status,
            (Target::Queue, _) => Route::Queue(QueueVisit::Take),
            (Target::QueueLeave, _) => Route::Queue(QueueVisit::Leave),
            (Target::Begin, false) => Route::Captchas,
            (Target::Begin, true) => Route::Drafts,
            (Target::Draft(_, stage), posts) => match draft {
                None => Route::Status,
                Some(id) => stage.endpoint(posts, id),
            },
            (Target::Login, true) => Route::Sessions,
            (Target::Logout, _) => Route::CurrentSession,
            (Target::Account, _) => Route::Me,
            (Target::Activation, true) => Route::Activations,
            (Target::ActivationMessage, _) => Route::ActivationMessages,
            (Target::Reset, _) => Route::ResetQuestions,
            (Target::ResetAnswers, _) => Route::PasswordResets,
            (Target::Help, _) | (Target::Ticket, false) => Route::Failures,
            (Target::Ticket, true) => Route::Tickets,
        }
    }

    /// Whether it is to be had by `method`.
    pub(super) fn takes(self, method: &Method) -> bool {
        *method == Method::GET || (*method == Method::POST && self.takes_form())
    }

    /// Methods, as `Allow` names them.
    pub(super) const fn methods(self) -> &'static str {
        if self.takes_form() { "GET, POST" } else { "GET" }
    }

    /// Where somebody is led who comes back to the address of a form.
    pub(super) const fn instead(self) -> &'static str {
        match self {
            Target::Logout => "/masuk",
            Target::ActivationMessage => "/aktivasi",
            Target::ResetAnswers => "/lupa-sandi",
            Target::QueueLeave => "/antrean",
            _ => "/",
        }
    }

    const fn takes_form(self) -> bool {
        match self {
            Target::Home | Target::Announcements | Target::Queue | Target::Account | Target::Help => false,
            Target::Draft(_, stage) => {
                !matches!(stage, Stage::Overview | Stage::Documents | Stage::Review | Stage::Done)
            }
            _ => true,
        }
    }
}

impl Stage {
    /// The end of its path.
    pub(super) fn suffix(self) -> String {
        match self {
            Stage::Overview => String::new(),
            Stage::Profile => "/data".to_owned(),
            Stage::Documents => "/dokumen".to_owned(),
            Stage::Document(kind) => format!("/dokumen/{kind}"),
            Stage::Credentials => "/sandi".to_owned(),
            Stage::Review => "/periksa".to_owned(),
            Stage::Confirmation => "/konfirmasi".to_owned(),
            Stage::Done => "/selesai".to_owned(),
            Stage::Leave => "/tutup".to_owned(),
        }
    }

    fn of(suffix: &str) -> Option<Stage> {
        Some(match suffix {
            "" => Stage::Overview,
            "/data" => Stage::Profile,
            "/dokumen" => Stage::Documents,
            "/sandi" => Stage::Credentials,
            "/periksa" => Stage::Review,
            "/konfirmasi" => Stage::Confirmation,
            "/selesai" => Stage::Done,
            "/tutup" => Stage::Leave,
            _ => Stage::Document(DocumentKind::from_name(suffix.strip_prefix("/dokumen/")?)?),
        })
    }

    fn endpoint(self, posts: bool, id: DraftId) -> Route {
        match (self, posts) {
            (Stage::Profile, true) => Route::Profile(id),
            (Stage::Document(kind), true) => Route::Document(id, kind),
            (Stage::Credentials, true) => Route::Credentials(id),
            (Stage::Confirmation, true) => Route::Confirmation(id),
            _ => Route::Draft(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages() {
        let check = |path: &str, expect| assert_eq!(Target::of(path), expect, "{path}");
        let handle = Handle::parse("0123456789abcdef").unwrap();
        check("/", Some(Target::Home));
        check("/daftar", Some(Target::Begin));
        check("/daftar/lanjut", Some(Target::Resume));
        let stages = [
            Stage::Overview,
            Stage::Profile,
            Stage::Documents,
            Stage::Document(DocumentKind::Swafoto),
            Stage::Credentials,
            Stage::Review,
            Stage::Confirmation,
            Stage::Done,
            Stage::Leave,
        ];
        for stage in stages {
            check(&handle.path(stage), Some(Target::Draft(handle, stage)));
        }
        for none in [
            "",
            "/daftar/",
            "/daftar/0123456789abcde",
            "/daftar/0123456789abcdeg",
            "/daftar/0123456789abcdef/",
            "/daftar/0123456789abcdef/x",
            "/daftar/0123456789abcdef/dokumen/cv",
            "/daftar/é123456789abcdef",
            "/masuk/",
            "/Masuk",
        ] {
            check(none, None);
        }
    }

    /// What is filled in is judged as the endpoint that takes it, so that a waiting room or a budget can't be walked around.
    #[test]
    fn pages_are_judged_as_endpoints() {
        let check = |path: &str, posts, expect: &str| {
            let target = Target::of(path).unwrap();
            assert_eq!(target.endpoint(posts, Some(DraftId([7; 16]))).step(), expect, "{path}");
            assert!(target.takes(&Method::GET) && !target.takes(&Method::PUT), "{path}");
        };
        check("/", false, "status");
        check("/daftar", false, "captcha");
        check("/daftar", true, "identity");
        check("/daftar/0123456789abcdef/data", false, "review");
        check("/daftar/0123456789abcdef/data", true, "profile");
        check("/daftar/0123456789abcdef/dokumen/ktp", true, "ktp");
        check("/daftar/0123456789abcdef/sandi", true, "credentials");
        check("/daftar/0123456789abcdef/konfirmasi", true, "confirmation");
        check("/masuk", true, "login");
        check("/lupa-sandi/jawaban", true, "password-reset");
        check("/bantuan/tiket", true, "ticket");
        let elsewhere = Target::of("/daftar/0123456789abcdef/konfirmasi").unwrap();
        assert_eq!(elsewhere.endpoint(true, None), Route::Status);
    }
}
