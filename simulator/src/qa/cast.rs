//! Who comes in stories, and what they hand in. The same people each time, so that two transcripts can be laid side by side.

use bytes::Bytes;
use domain::document::DocumentKind;
use domain::wire::{CredentialsForm, Profile};
use domain::{Date, Limits, Nik};
use people::{
    Album, Applicant, Crowd, IdentityForm, PhotoMake, PhotoSpec, Population, PopulationError, Shares,
};

/// Seed of people and pictures.
pub(crate) const SEED: u64 = 47;

/// People in the register.
pub(crate) const POPULATION: u64 = 1_000_000;

/// Everybody who may come, and every file.
#[derive(Clone)]
pub(crate) struct Cast {
    crowd: Crowd,
    album: Album,
    first: u64,
}

/// Somebody on their way through the flow.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) nik: Nik,
    pub(crate) form: IdentityForm,
    pub(crate) profile: Profile,
    pub(crate) password: String,
    pub(crate) password_repetition: String,
    /// With its own challenge; it is replaced.
    pub(crate) credentials: CredentialsForm,
    /// Of their draft, once there is one.
    pub(crate) token: String,
}

/// What the services and the cast have to agree about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Society {
    pub(crate) seed: u64,
    pub(crate) population: u64,
    pub(crate) reference_date: Date,
}

impl Cast {
    /// Everybody from number `first` of the population on.
    ///
    /// # Errors
    /// No such population.
    pub(crate) fn new(society: Society, first: u64) -> Result<Cast, PopulationError> {
        let population = Population::new(society.seed, society.population, society.reference_date)?;
        let limits = Limits::default();
        Ok(Cast {
            album: Album::new(society.seed, &limits),
            crowd: Crowd::new(population, Shares::default(), limits),
            first,
        })
    }

    /// The same people and files, beginning with another person.
    pub(crate) fn from(&self, first: u64) -> Cast {
        Cast { first, ..self.clone() }
    }

    /// The `number`-th person.
    pub(super) fn visitor(&self, number: u64) -> Visitor {
        let size = self.crowd.population().size();
        Visitor::of(&self.crowd.applicant(self.first.wrapping_add(number) % size))
    }

    /// A file.
    pub(crate) fn file(&self, kind: DocumentKind, make: PhotoMake) -> Bytes {
        self.album.file(PhotoSpec { kind, make })
    }

    /// The day of applying.
    pub(crate) fn today(&self) -> Date {
        self.crowd.population().reference()
    }
}

impl Visitor {
    fn of(applicant: &Applicant) -> Visitor {
        let nobody = domain::wire::CaptchaAnswer { id: String::new(), answer: String::new() };
        Visitor {
            nik: applicant.person.nik,
            form: applicant.form.clone(),
            profile: applicant.profile.clone(),
            password: applicant.password.clone(),
            password_repetition: applicant.password.clone(),
            credentials: applicant.credentials(nobody),
            token: String::new(),
        }
    }
}
