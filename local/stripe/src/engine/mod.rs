//! What Stripe Billing does: pure rules over [`crate::tx::Tx`], which brings the time, the ids and the state.

pub(crate) mod change;
pub(crate) mod charge;
pub(crate) mod checkout;
pub(crate) mod discount;
pub(crate) mod invoice;
mod period;
pub(crate) mod proration;
pub(crate) mod refund;
pub(crate) mod schedule;
pub(crate) mod subscription;
pub(crate) mod timers;

pub(crate) use period::next_boundary;

/// An amount for people: `$9.99`.
pub(crate) fn money(amount: i64, currency: &str) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, part) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
    match currency {
        "usd" => format!("{sign}${whole}.{part:02}"),
        "eur" => format!("{sign}€{whole}.{part:02}"),
        "gbp" => format!("{sign}£{whole}.{part:02}"),
        "jpy" | "krw" => format!("{sign}{} {}", amount.unsigned_abs(), currency.to_uppercase()),
        _ => format!("{sign}{whole}.{part:02} {}", currency.to_uppercase()),
    }
}
