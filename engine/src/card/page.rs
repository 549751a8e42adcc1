//! The card as a page that stands alone: no script, nothing from elsewhere, readable on a phone and on paper.

use super::{Card, NOTICES, PORTAL, TITLE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

const STYLE: &str = "\
body{margin:0;background:#eef1f4;color:#16202a;font:1rem/1.5 system-ui,sans-serif}\
main{max-width:38rem;margin:2rem auto;padding:1.5rem 2rem;background:#fff;border-top:.4rem solid #0b4f8a}\
h1{margin:0 0 1rem;font-size:1.5rem}\
header p{margin:0;color:#4a5866}\
dl{display:grid;grid-template-columns:minmax(8rem,1fr) 2fr;gap:.4rem 1rem;margin:0}\
dt{color:#4a5866}\
dd{margin:0;font-weight:600;overflow-wrap:anywhere}\
.receipt{margin:1.5rem 0;padding:.75rem 1rem;border:1px solid #0b4f8a}\
.receipt strong{display:block;font:600 1.15rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\
ul{padding-left:1.2rem}\
@media print{body{background:#fff}main{margin:0;border-top-color:#000}}";

/// Allows the style above, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

impl Card {
    /// What a browser may do with the page.
    pub(crate) fn content_security_policy() -> &'static str {
        &POLICY
    }

    /// The card as HTML.
    pub(crate) fn page(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="id" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (TITLE) " " (self.number) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        header { p { (PORTAL) } h1 { (TITLE) } }
                        dl {
                            @for (label, value) in &self.rows {
                                dt { (label) }
                                dd { (value) }
                            }
                        }
                        p.receipt { "Nomor tanda terima" strong { (self.receipt) } }
                        ul {
                            @for notice in NOTICES {
                                li { (notice) }
                            }
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}
