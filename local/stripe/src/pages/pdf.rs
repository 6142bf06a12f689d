//! A printable invoice: one page of plain text as PDF.

use crate::engine::money;
use crate::model::*;
use crate::stand_in::StripeStandIn;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::Timestamp;

/// `GET /i/{invoice}/pdf`.
pub(crate) async fn show(State(stand_in): State<StripeStandIn>, Path(id): Path<String>) -> Response {
    let text = stand_in.read(|view| {
        let invoice = view.state.invoices.get(&id).filter(|invoice| invoice.finalized_at.is_some())?;
        Some(lines(invoice))
    });
    match text {
        None => super::layout::notice(StatusCode::NOT_FOUND, "Not found", "This invoice does not exist.", None),
        Some(text) => ([(header::CONTENT_TYPE, "application/pdf")], document(&text)).into_response(),
    }
}

fn lines(invoice: &Invoice) -> Vec<String> {
    let date =
        Timestamp::from_second(invoice.created).map_or_else(|_| String::new(), |at| at.strftime("%F").to_string());
    let amount = |amount| money(amount, &invoice.currency);
    let mut text = vec![
        format!("Invoice {}", invoice.number.as_deref().unwrap_or_default()),
        format!("{date}, {}", invoice.status.name()),
        String::new(),
    ];
    text.extend(invoice.lines.iter().map(|line| format!("{}   {}", line.description, amount(line.amount))));
    text.push(String::new());
    text.push(format!("Amount due   {}", amount(invoice.amount_due)));
    text
}

/// A one-page document. Characters outside Latin-1 become question marks.
fn document(text: &[String]) -> Vec<u8> {
    let mut content = "BT /F1 12 Tf 16 TL 60 780 Td\n".to_owned();
    for line in text {
        let shown = line.replace('×', "x").replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        let shown: String = shown.chars().map(|character| if character.is_ascii() { character } else { '?' }).collect();
        content += &format!("({shown}) Tj T*\n");
    }
    content += "ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = String::new();
    for (place, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", place + 1);
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file += &format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}
