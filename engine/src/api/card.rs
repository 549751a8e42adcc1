//! `GET /accounts/{number}/card`: Kartu Informasi Akun, as a page or as PDF.
//!
//! Account numbers can be guessed, and the card shows the whole NIK: so it is for whoever has the receipt or a session, and everybody
//! else hears the same, whether there is such an account or not.

use super::answer::ApiError;
use crate::app::App;
use crate::card::Card;
use crate::store::Account;
use crate::{receipts, sessions};
use bytes::Bytes;
use domain::Failure;
use domain::activation::Activation;
use domain::draft::AccountNumber;
use domain::receipt::ReceiptNumber;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{
    ACCEPT, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use hyper::http::request::Parts;
use server::Answer;

/// In which form the card is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Page,
    Pdf,
}

pub(super) fn show(app: &App, number: AccountNumber, head: &Parts) -> Result<Answer, ApiError> {
    let query = head.uri.query().unwrap_or_default();
    let (account, activation) = authorized(app, number, query, &head.headers)?;
    let card = Card::of(&account, activation, receipts::of(&app.secret, &account));
    let (media_type, extension, body) = match form(query, &head.headers) {
        Form::Page => ("text/html; charset=utf-8", "html", Bytes::from(card.page())),
        Form::Pdf => ("application/pdf", "pdf", Bytes::from(card.pdf())),
    };
    let mut answer = Response::new(Full::new(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(Card::content_security_policy()));
    headers.insert(VARY, HeaderValue::from_static("accept, authorization, cookie"));
    let name = format!("inline; filename=\"kartu-akun-{number}.{extension}\"");
    headers
        .insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("digits and letters are a header"));
    Ok(answer)
}

fn authorized(
    app: &App,
    number: AccountNumber,
    query: &str,
    headers: &HeaderMap,
) -> Result<(Account, Option<Activation>), ApiError> {
    let receipt = value(query, "receipt").and_then(|text| text.parse::<ReceiptNumber>().ok());
    if let Some(receipt) = receipt {
        let known = app.account(number)?;
        let shown = known.filter(|(account, _)| receipts::is_of(&app.secret, receipt, account));
        return shown.ok_or(ApiError::from(Failure::LoginFailed));
    }
    let shown = sessions::of(app, headers)?.filter(|shown| shown.account.number == number);
    shown.map(|shown| (shown.account, None)).ok_or(ApiError::from(Failure::LoginFailed))
}

/// `format` in the query decides; without it `Accept` does (RFC 9110, 12.5.1), and a tie is the page's.
fn form(query: &str, headers: &HeaderMap) -> Form {
    match value(query, "format") {
        Some("pdf") => return Form::Pdf,
        Some("html") => return Form::Page,
        _ => {}
    }
    let accepted: Vec<&str> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    if accepted.is_empty() {
        return Form::Page;
    }
    let pdf = weight(&accepted, "application", "pdf");
    if pdf > 0 && pdf > weight(&accepted, "text", "html") { Form::Pdf } else { Form::Page }
}

/// The weight in thousandths of what fits a media type most closely.
fn weight(accepted: &[&str], kind: &str, subtype: &str) -> u32 {
    let fits = |range: &&str| {
        let mut parts = range.split(';').map(str::trim);
        let (range_kind, range_subtype) =
            parts.next().unwrap_or_default().split_once('/').unwrap_or_default();
        let closeness = match (range_kind, range_subtype) {
            ("*", "*") => 1,
            (a, "*") if a.eq_ignore_ascii_case(kind) => 2,
            (a, b) if a.eq_ignore_ascii_case(kind) && b.eq_ignore_ascii_case(subtype) => 3,
            _ => return None,
        };
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        Some((closeness, weight.filter(|q| (0.0..=1.0).contains(q)).map_or(0, thousandths)))
    };
    accepted.iter().filter_map(fits).max().map_or(0, |(_, weight)| weight)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
fn thousandths(q: f32) -> u32 {
    (q * 1_000.0).round() as u32
}

/// The value of `key` in a query. Ours hold nothing that would be percent-encoded.
fn value<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let check = |query: &str, accept: &str, expect| {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            }
            assert_eq!(form(query, &headers), expect, "{query} {accept}");
        };
        check("", "", Form::Page);
        check("", "*/*", Form::Page);
        check("", "application/pdf", Form::Pdf);
        check("", "Application/PDF;q=0.1", Form::Pdf);
        check("", "application/*", Form::Pdf);
        check("", "text/html, application/pdf", Form::Page);
        check("", "text/html;q=0.8, application/pdf", Form::Pdf);
        check("", "application/pdf;q=0, */*", Form::Page);
        check("", "text/html;q=0, */*", Form::Pdf);
        check("", "application/json", Form::Page);
        check("", "application/pdf;q=nan, x", Form::Page);
        check("receipt=1&format=pdf", "text/html", Form::Pdf);
        check("format=html", "application/pdf", Form::Page);
        check("format=png", "application/pdf", Form::Pdf);
        check("xformat=pdf", "", Form::Page);
    }
}
