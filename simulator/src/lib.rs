//! The surge simulator: drives applicants by goose, audits, judges.
