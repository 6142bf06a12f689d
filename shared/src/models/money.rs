//! Money as Stripe counts it: integer minor units and a currency. Stripe, not ISO, defines how many decimals a currency
//! has. Its table is `currencies.json`, which the web app also reads.

use crate::models::language::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// Stripe's page "Supported currencies": every currency that does not have exactly two decimals, and the signs of some.
static TABLE: LazyLock<BTreeMap<String, Currency>> =
    LazyLock::new(|| serde_json::from_str(include_str!("currencies.json")).expect("currencies.json is a table"));

/// How Stripe counts a currency, and how people write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// The decimals of Stripe's integer amounts: 2 for cents, 0 for yen.
    pub decimals: u32,
    /// Stripe accepts only multiples of this: 10 if the last of three decimals must be 0, 100 if both decimals must be
    /// 0.
    #[serde(default = "default_step")]
    pub step: i64,
    /// Whether people omit the decimals of this currency when they are 0.
    #[serde(default)]
    rarely_fractional: bool,
    /// The currency's sign in English. A currency without a sign is written with its code.
    #[serde(default)]
    symbol: Option<String>,
    /// Its sign in languages that use a different one, by language code.
    #[serde(default)]
    symbols: BTreeMap<String, String>,
}

const fn default_step() -> i64 {
    1
}

impl Currency {
    /// The table's entry for a currency code in any case; a currency without an entry has two decimals.
    pub fn from_code(code: &str) -> Self {
        let plain = || Self { decimals: 2, step: 1, rarely_fractional: false, symbol: None, symbols: BTreeMap::new() };
        TABLE.get(&code.to_lowercase()).cloned().unwrap_or_else(plain)
    }

    /// Whether Stripe accepts this amount, in minor units.
    pub fn accepts(&self, amount: i64) -> bool {
        amount % self.step == 0
    }
}

/// An amount to be formatted: `$6.49`, `HUF 2,990`, `KWD 7.990`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money<'a> {
    amount: i64,
    currency: &'a str,
}

impl<'a> Money<'a> {
    /// `amount` in Stripe's minor units of an ISO currency.
    pub const fn new(amount: i64, currency: &'a str) -> Self {
        Self { amount, currency }
    }

    /// The amount as a language writes it, according to Unicode's CLDR: `$6.49` in English, `6,49 $` in German.
    pub fn in_language(&self, language: Language) -> String {
        let currency = Currency::from_code(self.currency);
        let sign = if self.amount < 0 { "-" } else { "" };
        let symbol = currency.symbols.get(language.code()).or(currency.symbol.as_ref()).cloned();
        let symbol = symbol.unwrap_or_else(|| self.currency.to_uppercase());
        let number = self.number(&currency, language);
        match language {
            Language::English if symbol.ends_with(char::is_alphabetic) => format!("{sign}{symbol} {number}"),
            Language::English => format!("{sign}{symbol}{number}"),
            _ => format!("{sign}{number}\u{a0}{symbol}"),
        }
    }

    /// The number without sign and currency: `1,234.50`.
    fn number(&self, currency: &Currency, language: Language) -> String {
        let unit = 10_u64.pow(currency.decimals);
        let (whole, part) = (self.amount.unsigned_abs() / unit, self.amount.unsigned_abs() % unit);
        let (_, point) = language.separators();
        let whole = grouped(whole, language);
        if currency.decimals == 0 || (currency.rarely_fractional && part == 0) {
            return whole;
        }
        format!("{whole}{point}{part:0width$}", width = currency.decimals as usize)
    }
}

impl fmt::Display for Money<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

/// An amount that a row stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Stripe's minor units.
    pub minor_units: i64,
    /// The ISO currency, in lower case.
    pub currency: String,
}

impl Amount {
    /// `minor_units` of a currency.
    pub fn new(minor_units: i64, currency: &str) -> Self {
        Self { minor_units, currency: currency.to_owned() }
    }

    /// The amount as a language writes it.
    pub fn in_language(&self, language: Language) -> String {
        Money::new(self.minor_units, &self.currency).in_language(language)
    }
}

/// `1,234,567`.
fn grouped(number: u64, language: Language) -> String {
    let digits = number.to_string();
    if digits.len() < language.grouped_digits_min() {
        return digits;
    }
    let (separator, _) = language.separators();
    let mut grouped = String::with_capacity(2 * digits.len());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Example {
        currency: String,
        amount: i64,
        text: String,
        de: String,
        fr: String,
        es: String,
    }

    fn examples() -> Vec<Example> {
        serde_json::from_str(include_str!("currency_examples.json")).expect("examples")
    }

    #[test]
    fn every_currency_is_formatted_like_its_example() {
        for Example { currency, amount, text, de, fr, es } in examples() {
            assert_eq!(Money::new(amount, &currency).to_string(), text, "{amount} {currency}");
            for (language, text) in [(Language::German, de), (Language::French, fr), (Language::Spanish, es)] {
                assert_eq!(Money::new(amount, &currency).in_language(language), text, "{amount} {currency}");
            }
            assert_eq!(Money::new(amount, &currency.to_uppercase()).to_string(), text, "in capitals");
        }
        let named: Vec<String> = examples().into_iter().map(|one| one.currency).collect();
        let missing: Vec<&String> = TABLE.keys().filter(|code| !named.contains(code)).collect();
        assert!(missing.is_empty(), "rows without an example: {missing:?}");
    }

    #[test]
    fn decimals_and_steps_match_stripes() {
        let with = |wanted: fn(&Currency) -> bool| -> String {
            let codes: Vec<&str> = TABLE.iter().filter(|(_, one)| wanted(one)).map(|(code, _)| code.as_str()).collect();
            codes.join(" ")
        };
        assert_eq!(with(|one| one.decimals == 0), "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf");
        assert_eq!(with(|one| one.decimals == 3), "bhd jod kwd omr tnd");
        assert_eq!(with(|one| one.step == 10), "bhd jod kwd omr tnd");
        assert_eq!(with(|one| one.step == 100), "isk ugx");
        for two in ["usd", "eur", "huf", "twd", "idr", "cop", "rsd", "pkr", "lbp", "isk", "ugx", "chf", "iqd"] {
            assert_eq!(Currency::from_code(two).decimals, 2, "{two}");
        }
        assert!(Currency::from_code("kwd").accepts(7_990) && !Currency::from_code("KWD").accepts(7_995));
        assert!(Currency::from_code("isk").accepts(50_000) && !Currency::from_code("isk").accepts(50_050));
        assert!(Currency::from_code("huf").accepts(299_050) && Currency::from_code("jpy").accepts(1));
    }

    #[test]
    fn the_largest_amounts_are_formatted_completely() {
        assert_eq!(Money::new(i64::MIN, "usd").to_string(), "-$92,233,720,368,547,758.08");
        assert_eq!(Money::new(i64::MAX, "jpy").to_string(), "¥9,223,372,036,854,775,807");
    }
}
