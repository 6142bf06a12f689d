//! Amounts, by Stripe's table of currencies, which the service and the web app also read.

use crate::error::{ApiError, Result};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The currencies in which Stripe charges.
const SUPPORTED: &str = "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad \
    cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr \
    ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn \
    myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd \
    std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw";

static TABLE: LazyLock<HashMap<String, CurrencyUnit>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../shared/src/models/currencies.json")).expect("a table of currencies")
});

#[derive(Clone, Deserialize)]
struct CurrencyUnit {
    decimals: usize,
    #[serde(default)]
    step: Option<i64>,
    #[serde(default)]
    rarely_fractional: bool,
    #[serde(default)]
    symbol: Option<String>,
}

fn unit_of(currency: &str) -> CurrencyUnit {
    let plain = || CurrencyUnit { decimals: 2, step: None, rarely_fractional: false, symbol: None };
    TABLE.get(currency).cloned().unwrap_or_else(plain)
}

/// Amounts in a currency are multiples of this: the last of three decimals must be 0, and ISK and UGX have no minor
/// units.
fn step(currency: &str) -> i64 {
    unit_of(currency).step.unwrap_or(1)
}

/// The nearest amount that can be charged, rounding halves up.
pub(crate) fn round(amount: i64, currency: &str) -> i64 {
    let step = step(currency);
    (amount + step / 2).div_euclid(step) * step
}

/// Refuses a currency that Stripe does not support. Returns it in lower case.
pub(crate) fn check_currency(currency: &str, param: &str) -> Result<String> {
    let lower = currency.to_lowercase();
    if SUPPORTED.split_whitespace().any(|known| known == lower) {
        return Ok(lower);
    }
    let known = SUPPORTED.split_whitespace().collect::<Vec<_>>().join(", ");
    let message = format!("Invalid currency: {lower}. Stripe currently supports these currencies: {known}");
    Err(ApiError::invalid(message).param(param))
}

/// Refuses an amount that the currency cannot represent.
pub(crate) fn check_amount(amount: i64, currency: &str, param: &str) -> Result<()> {
    let step = step(currency);
    if amount % step == 0 {
        return Ok(());
    }
    let name = currency.to_uppercase();
    let message = if step == 10 {
        format!(
            "Invalid amount: {name} amounts must end in 0, as {name} has three decimals and the last one must be 0."
        )
    } else {
        format!("Invalid amount: {name} amounts must be evenly divisible by 100, as {name} has no decimals.")
    };
    Err(ApiError::invalid(message).code("parameter_invalid_integer").param(param))
}

/// A formatted amount, such as `$9.99` or `2,990 HUF`.
pub(crate) fn money(amount: i64, currency: &str) -> String {
    let unit = unit_of(currency);
    let sign = if amount < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", amount.unsigned_abs(), width = unit.decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - unit.decimals);
    let mut number = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    let is_whole = part.bytes().all(|digit| digit == b'0');
    if !(part.is_empty() || (unit.rarely_fractional && is_whole)) {
        number = format!("{number}.{part}");
    }
    match unit.symbol {
        Some(symbol) => format!("{sign}{symbol}{number}"),
        None => format!("{sign}{number} {}", currency.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_formatted_by_stripes_table() {
        for (amount, currency, text) in [
            (649, "usd", "$6.49"),
            (-150, "usd", "-$1.50"),
            (5, "chf", "0.05 CHF"),
            (299_000, "huf", "2,990 HUF"),
            (299_050, "huf", "2,990.50 HUF"),
            (50_000, "isk", "500 ISK"),
            (7_990, "kwd", "7.990 KWD"),
            (1_299, "jpy", "¥1,299"),
            (1_299, "clp", "1,299 CLP"),
        ] {
            assert_eq!(money(amount, currency), text);
        }
    }

    #[test]
    fn amounts_that_a_currency_cannot_represent_are_refused_or_rounded() {
        for (amount, currency, rounded) in [
            (5_124, "kwd", 5_120),
            (5_125, "kwd", 5_130),
            (149, "isk", 100),
            (150, "ugx", 200),
            (-5_126, "kwd", -5_130),
        ] {
            assert!(check_amount(amount, currency, "unit_amount").is_err(), "{amount} {currency}");
            assert_eq!(round(amount, currency), rounded);
            assert!(check_amount(rounded, currency, "unit_amount").is_ok());
        }
        assert!(check_amount(999, "usd", "unit_amount").is_ok() && check_amount(299_001, "huf", "unit_amount").is_ok());
        assert!(check_currency("xyz", "currency").is_err() && check_currency("EUR", "currency").is_ok());
    }
}
