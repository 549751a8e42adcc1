//! What every answer to an applicant tells the browser not to do with it. An endpoint that knows better has said so before.

use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use server::Answer;

/// For what is data and no page (OWASP, REST security): it loads nothing, submits nothing and stands in nobody's frame.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// `Strict-Transport-Security` is the listener's, which knows whether it speaks TLS; `X-Frame-Options` says less than the policy does.
pub(crate) fn secured(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    for (name, value) in [
        // Nobody else's machine, and no shared browser, keeps what is personal.
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, NOTHING),
        // Other sites' pages get at no answer, be it as a picture or a script.
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        // Paths hold tokens: they are told to nobody.
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;
    use hyper::Response;

    #[test]
    fn what_an_endpoint_said_stands() {
        let mut page = Response::new(Full::default());
        page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        let headers = secured(page).into_parts().0.headers;
        let said = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!((headers.len(), said("cache-control").as_str()), (5, "public, max-age=3600"));
        assert_eq!(
            (said("content-security-policy"), said("referrer-policy").as_str()),
            (NOTHING.to_owned(), "no-referrer")
        );
    }
}
