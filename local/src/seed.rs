//! What a new directory of data begins with. Everything goes in through the door: accounts register, subscribers pay on
//! the hosted page, videos are created by an administrator and made ready by Mux's webhooks.

use crate::machine::Machine;
use crate::platform::{Seed, StartError};
use std::path::Path;
use std::sync::Arc;
use stripe_standin::{Interval, SeedPrice};

/// The seed of a directory, once it is in: a document, so that a kill half-way seeds again.
const SEEDED: (&str, &str) = ("platform.seed", "done");

/// Seeds unless it has been done.
pub(crate) async fn begin(machine: &Arc<Machine>, seed: Seed, demo_media: &Path) -> Result<(), StartError> {
    let _ = demo_media;
    prices(machine);
    if seed == Seed::None || !machine.documents.all::<bool>(SEEDED.0)?.is_empty() {
        return Ok(());
    }
    machine.documents.put(SEEDED.0, SEEDED.1, &true);
    Ok(())
}

/// Forgets everything and seeds again.
pub(crate) async fn reset(machine: &Arc<Machine>, demo_media: &Path) -> Result<(), StartError> {
    machine.documents.clear(SEEDED.0);
    machine.wipe().await?;
    begin(machine, Seed::Full, demo_media).await
}

/// The prices that the service looks up by key.
fn prices(machine: &Machine) {
    let all = [
        ("basic_month", "Marquee Basic", 799, Interval::Month),
        ("basic_year", "Marquee Basic", 7_990, Interval::Year),
        ("premium_month", "Marquee Premium", 1_299, Interval::Month),
        ("premium_year", "Marquee Premium", 12_990, Interval::Year),
    ];
    for (lookup_key, product_name, amount, interval) in all {
        machine.stripe.seed_price(SeedPrice {
            lookup_key: lookup_key.to_owned(),
            product_name: product_name.to_owned(),
            amount,
            currency: "usd".to_owned(),
            interval,
        });
    }
}
