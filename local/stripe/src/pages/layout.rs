//! The layout of all pages.

use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#5e6778;--line:#d8dde6;--card:#fff;--page:#f4f6fa;--act:#4f46e5;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--ink:#eef0f6;--soft:#a6aec0;--line:#39405a;--card:#1d2233;--page:#12151f;--act:#8b85ff;--bad:#ff9a92}}\
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}\
main{max-width:34rem;margin:6vh auto;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:0 12px 40px rgba(20,26,50,.08)}\
.badge{display:inline-block;padding:.1rem .6rem;border-radius:6px;background:#ffde92;color:#5c3c00;font-size:.75rem;font-weight:700;letter-spacing:.05em}\
h1{font-size:1.5rem;margin:.75rem 0 .25rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{margin:.35rem 0}.soft{color:var(--soft)}\
table{width:100%;border-collapse:collapse;margin:1rem 0}td,th{padding:.6rem 0;border-bottom:1px solid var(--line);text-align:left;font-weight:400}\
td:last-child,th:last-child{text-align:right;font-variant-numeric:tabular-nums}tr.total td{font-weight:700;border:0}\
label{display:block;margin:1rem 0 .3rem;font-weight:600;font-size:.9rem}\
input,select{width:100%;padding:.7rem .8rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}\
select option{color:#1a1f36}\
button{margin-top:1.2rem;width:100%;padding:.8rem;font:inherit;font-weight:650;color:#fff;background:var(--act);border:1px solid transparent;border-radius:8px;cursor:pointer}\
@media(prefers-color-scheme:dark){button{color:#12151f}}\
button.quiet,a.quiet{background:transparent;color:var(--ink);border-color:var(--line)}button.quiet{margin-top:.6rem}\
:focus-visible{outline:3px solid var(--act);outline-offset:2px}.row{display:flex;gap:.8rem}.row>*{flex:1}\
.error{padding:.8rem 1rem;margin:1rem 0;border:1px solid var(--bad);border-radius:8px;color:var(--bad)}a{color:var(--act)}\
footer{margin-top:2rem;font-size:.8rem;color:var(--soft)}";

/// A page. `body` is HTML in which all user input is already escaped.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><span class=\"badge\">TEST MODE</span><h1>{title}</h1>{body}\
         <footer>A local stand-in for Stripe. No card is charged; enter only Stripe's test cards.\
         </footer></main></body></html>"
    );
    // No `form-action`: it would block the redirect to the merchant's page.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}

/// A page with a single message.
pub(super) fn notice(status: StatusCode, title: &str, text: &str, back: Option<&str>) -> Response {
    let link = back.map(|url| format!("<p><a href=\"{}\">Go back</a></p>", escape(url))).unwrap_or_default();
    page(status, title, &format!("<p>{}</p>{link}", escape(text)))
}

/// An error message, which screen readers announce at once.
pub(super) fn error(message: Option<&str>) -> String {
    message.map(|text| format!("<div class=\"error\" role=\"alert\">{}</div>", escape(text))).unwrap_or_default()
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
