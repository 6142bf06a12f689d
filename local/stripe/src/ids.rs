//! Ids with Stripe's prefixes.

use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

/// A source of ids.
pub(crate) struct Ids(StdRng);

impl Ids {
    /// Unpredictable ids.
    pub(crate) fn random() -> Self {
        Self(rand::make_rng())
    }

    /// A new id with a prefix, such as `cus_…`, as long as Stripe's.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        let length = match prefix {
            "cus" | "prod" | "req" => 14,
            "cs_test" => 58,
            _ => 24,
        };
        self.sized(prefix, length)
    }

    /// The client secret of a payment intent.
    pub(crate) fn client_secret(&mut self, intent: &str) -> String {
        self.sized(&format!("{intent}_secret"), 25)
    }

    /// Eight letters and digits, for promotion codes and for a customer's invoice numbers.
    pub(crate) fn code(&mut self) -> String {
        Alphanumeric.sample_string(&mut self.0, 8).to_uppercase()
    }

    fn sized(&mut self, prefix: &str, length: usize) -> String {
        format!("{prefix}_{}", Alphanumeric.sample_string(&mut self.0, length))
    }
}

/// The id of a configured object, which depends only on its configuration.
pub(crate) fn configured(prefix: &str, configuration: &[&str]) -> String {
    let digest = Sha256::digest(configuration.join("\0"));
    format!("{prefix}_{}", &hex::encode(digest)[..24])
}
