//! Doors for the fuzz targets in `engine/fuzz`, to what nobody else outside has any business with.

use crate::{api, photos};
use domain::document::DocumentKind;
use domain::{Failure, Limits};
use hyper::Method;

/// A KTP photo from its bytes to its sharpness; `None` where it is no picture.
///
/// # Errors
/// As for an upload.
pub fn photo(file: &[u8]) -> Result<Option<f64>, Failure> {
    let limits = Limits::default().document(DocumentKind::Ktp).expect("every profile asks for a KTP");
    let dimensions = limits.check(file)?;
    dimensions.map(|size| photos::sharpness(file, size, &mut Vec::new())).transpose()
}

/// Whether a request of this method and path has an endpoint.
pub fn route(method: &str, path: &str) -> bool {
    Method::from_bytes(method.as_bytes()).is_ok_and(|method| api::has_endpoint(&method, path))
}
