//! The merchant's catalogue during a history: prices move, currencies change, products are renamed, coupons are deleted.

use super::check;
use super::history::{History, id};
use super::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Our lookup keys, each with its plan and initial price.
const SOLD: [(&str, &str, &str, i64); 4] = [
    ("basic_month", "Basic", "month", 799),
    ("basic_year", "Basic", "year", 7_990),
    ("premium_month", "Premium", "month", 1_299),
    ("premium_year", "Premium", "year", 12_990),
];
/// A promotion code, the terms of its coupon, and whether it is active.
type Offer = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const OFFERS: [Offer; 3] = [
    ("HALF", HALF, "true"),
    ("NOTHING", &[("percent_off", "100"), ("duration", "once")], "true"),
    (super::world::PROMOTION_CODE_OVER, HALF, "false"),
];
const HALF: &[(&str, &str)] = &[("percent_off", "50"), ("duration", "repeating"), ("duration_in_months", "3")];
/// The service caches prices for five minutes.
const KEPT_SECONDS: i64 = 6 * 60;

/// What is for sale now, and what was for sale earlier in this history.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    /// All products that ever sold a plan.
    products: Vec<String>,
    /// The price with each lookup key.
    pub prices: BTreeMap<String, String>,
    currency: String,
    /// The coupon of each promotion code.
    coupons: BTreeMap<String, String>,
    /// Deleted coupons, by their codes.
    gone: Vec<String>,
}

/// How a lookup key is moved to another price.
#[derive(Clone, Copy)]
struct PriceMove<'a> {
    key: &'a str,
    currency: &'a str,
    /// The old price's metadata keep the key, as OPERATIONS.md says.
    is_noted: bool,
    /// The new price belongs to a new product.
    is_elsewhere: bool,
    /// The old price continues to sell the plan in its own currency, with its own key.
    is_kept: bool,
    /// The old price is archived.
    is_archived: bool,
}

impl World {
    /// The prices of all our products, for sale or not, from Stripe.
    pub(crate) async fn all_prices(&self) -> Vec<Value> {
        let products = self.catalogue.borrow().products.clone();
        let mut prices = Vec::new();
        for product in products {
            prices.extend(self.stripe.list(&format!("prices?product={product}")).await);
        }
        prices
    }

    /// Records what the platform sells initially.
    pub(crate) fn note_prices(&self, prices: &[Value]) {
        let mut catalogue = self.catalogue.borrow_mut();
        catalogue.currency = "usd".to_owned();
        for price in prices {
            let text = |name: &str| price[name].as_str().unwrap_or_default().to_owned();
            if !catalogue.products.contains(&text("product")) {
                catalogue.products.push(text("product"));
            }
            catalogue.prices.insert(text("lookup_key"), text("id"));
        }
    }

    /// Starts a history with its own products and prices, so that earlier ones have no influence.
    pub(crate) async fn stock(&self) {
        let mut new = Catalogue { currency: "usd".to_owned(), ..self.catalogue.borrow().clone() };
        (new.products, new.prices) = (Vec::new(), BTreeMap::new());
        for plan in ["Basic", "Premium"] {
            let product = self.made("products", &[("name", plan)]).await;
            for (key, _, interval, amount) in SOLD.iter().filter(|one| one.1 == plan) {
                let price = self.new_price(&product, key, "usd", interval, *amount).await;
                new.prices.insert((*key).to_owned(), price);
            }
            new.products.push(product);
        }
        self.catalogue.replace(new);
        self.offer().await;
    }

    /// Creates missing coupons, and the codes that use them.
    pub(crate) async fn offer(&self) {
        for (code, terms, is_active) in OFFERS {
            let is_there = {
                let catalogue = self.catalogue.borrow();
                catalogue.coupons.contains_key(code) && !catalogue.gone.iter().any(|gone| gone == code)
            };
            if is_there {
                continue;
            }
            for old in self.stripe.list(&format!("promotion_codes?code={code}&active=true")).await {
                self.made(&format!("promotion_codes/{}", id(&old)), &[("active", "false")]).await;
            }
            let coupon = self.made("coupons", terms).await;
            let form =
                [("promotion[type]", "coupon"), ("promotion[coupon]", &coupon), ("code", code), ("active", is_active)];
            self.made("promotion_codes", &form).await;
            let mut catalogue = self.catalogue.borrow_mut();
            catalogue.coupons.insert(code.to_owned(), coupon);
            catalogue.gone.retain(|gone| gone != code);
        }
    }

    /// Creates or changes something that Stripe must accept; returns its id.
    async fn made(&self, path: &str, form: &[(&str, &str)]) -> String {
        let (status, made) = self.stripe.post(path, form).await;
        assert_eq!(status, 200, "{path} {form:?}: {made}");
        id(&made).to_owned()
    }

    async fn new_price(&self, product: &str, key: &str, currency: &str, interval: &str, amount: i64) -> String {
        let amount = amount.to_string();
        let form = [
            ("product", product),
            ("lookup_key", key),
            ("transfer_lookup_key", "true"),
            ("currency", currency),
            ("recurring[interval]", interval),
            ("unit_amount", amount.as_str()),
        ];
        self.made("prices", &form).await
    }

    /// Moves a key to a new price.
    async fn replace(&self, change: PriceMove<'_>, amount: i64) {
        let PriceMove { key, currency, is_noted, is_elsewhere, is_kept, is_archived } = change;
        let (old, old_currency) = {
            let catalogue = self.catalogue.borrow();
            (catalogue.prices[key].clone(), catalogue.currency.clone())
        };
        let path = format!("prices/{old}");
        let interval = if key.ends_with("year") { "year" } else { "month" };
        if is_noted {
            self.made(&path, &[("metadata[lookup_key]", key)]).await;
        }
        let product = if is_elsewhere {
            let product = self.made("products", &[("name", "A plan anew")]).await;
            self.catalogue.borrow_mut().products.push(product.clone());
            product
        } else {
            self.stripe.get(&path).await["product"].as_str().unwrap_or_default().to_owned()
        };
        let new = self.new_price(&product, key, currency, interval, amount).await;
        if is_kept {
            let own = format!("{key}_{old_currency}");
            self.made(&path, &[("lookup_key", own.as_str()), ("transfer_lookup_key", "true")]).await;
        }
        if is_archived {
            self.made(&path, &[("active", "false")]).await;
        }
        self.catalogue.borrow_mut().prices.insert(key.to_owned(), new);
    }
}

impl History<'_> {
    /// The id of a price that is for sale now.
    pub(super) fn a_price(&mut self) -> String {
        let at = self.chance.choose(&SOLD).0;
        self.world.catalogue.borrow().prices[at].clone()
    }

    /// Moves a price, as OPERATIONS.md says or carelessly.
    pub(super) async fn move_price(&mut self) -> Result<(), String> {
        let (key, ..) = self.chance.choose(&SOLD);
        let currency = self.world.catalogue.borrow().currency.clone();
        let is_noted = !self.chance.once_in(3);
        let change = PriceMove {
            key,
            currency: &currency,
            is_noted,
            // Without metadata, and with a product that no longer sells anything, nobody can know what a price sold.
            is_elsewhere: is_noted && self.chance.once_in(4),
            is_kept: false,
            is_archived: self.chance.once_in(3),
        };
        let amount = 500 + 10 * i64::try_from(self.chance.below(900)).unwrap_or(0);
        self.log(&format!(
            "the merchant moves {key} to a price of {amount}, noted {is_noted}, elsewhere {}, archived {}",
            change.is_elsewhere, change.is_archived
        ));
        self.world.replace(change, amount).await;
        self.some_minutes().await;
        Ok(())
    }

    /// Moves all prices to another currency.
    pub(super) async fn move_currency(&mut self) -> Result<(), String> {
        let (is_noted, is_kept, is_archived) =
            (!self.chance.once_in(3), self.chance.once_in(3), self.chance.once_in(3));
        self.change_currency(is_noted, is_kept, is_archived).await;
        self.some_minutes().await;
        Ok(())
    }

    async fn change_currency(&mut self, is_noted: bool, is_kept: bool, is_archived: bool) {
        let old = self.world.catalogue.borrow().currency.clone();
        let currency = if old == "usd" { "eur" } else { "usd" };
        self.log(&format!(
            "the merchant sells in {currency}, old prices noted {is_noted}, kept {is_kept}, archived {is_archived}"
        ));
        for (key, _, _, amount) in SOLD {
            let change = PriceMove { key, currency, is_noted, is_elsewhere: false, is_kept, is_archived };
            self.world.replace(change, amount + 100).await;
        }
        self.world.catalogue.borrow_mut().currency = currency.to_owned();
    }

    pub(super) async fn archive_price(&mut self) -> Result<(), String> {
        let path = format!("prices/{}", self.a_price());
        let is_active = self.world.stripe.get(&path).await["active"] == true;
        let flip = if is_active { "false" } else { "true" };
        let (status, _) = self.world.stripe.post(&path, &[("active", flip)]).await;
        self.log(&format!("the merchant sets active={flip} on {path}: {status}"));
        self.some_minutes().await;
        Ok(())
    }

    pub(super) async fn change_product(&mut self) -> Result<(), String> {
        let price = self.world.stripe.get(&format!("prices/{}", self.a_price())).await;
        let path = format!("products/{}", price["product"].as_str().unwrap_or_default());
        let is_active = self.world.stripe.get(&path).await["active"] == true;
        let form = match self.chance.below(3) {
            0 => [("active", if is_active { "false" } else { "true" })],
            1 => [("name", "A name that nobody knew")],
            _ => [("metadata[plan_type]", "premium")],
        };
        let (status, _) = self.world.stripe.post(&path, &form).await;
        self.log(&format!("the merchant sets {form:?} on a product: {status}"));
        self.some_minutes().await;
        Ok(())
    }

    pub(super) async fn change_coupon(&mut self) -> Result<(), String> {
        let code = self.chance.choose(&["HALF", "NOTHING"]);
        let path = format!("coupons/{}", self.world.catalogue.borrow().coupons[code]);
        let (what, status) = match self.chance.below(3) {
            0 => ("deletes", self.world.stripe.delete(&path).await.0),
            1 => ("renames", self.world.stripe.post(&path, &[("name", "Cheaper")]).await.0),
            _ => ("notes something on", self.world.stripe.post(&path, &[("metadata[campaign]", "x")]).await.0),
        };
        if what == "deletes" {
            self.world.catalogue.borrow_mut().gone.push(code.to_owned());
        }
        self.log(&format!("the merchant {what} the coupon of {code}: {status}"));
        Ok(())
    }

    /// Whether this person can buy every plan: prices and products are active, and all have the currency in which they
    /// are billed.
    pub(super) async fn sells_everything(&self) -> bool {
        let ids: Vec<String> = self.world.catalogue.borrow().prices.values().cloned().collect();
        let mut currencies = Vec::new();
        for price in ids {
            let price = self.world.stripe.get(&format!("prices/{price}?expand[]=product")).await;
            if price["active"] != true || price["product"]["active"] != true {
                return false;
            }
            currencies.push(price["currency"].clone());
        }
        let truth = self.truth().await;
        truth.subscriptions.iter().all(|one| currencies.contains(&one["currency"]))
    }

    /// Whether the coupon of a code was deleted.
    pub(super) fn is_gone(&self, code: &Value) -> bool {
        self.world.catalogue.borrow().gone.iter().any(|gone| code == gone.as_str())
    }

    /// Waits until the service has seen the change.
    async fn some_minutes(&mut self) {
        self.world.advance(KEPT_SECONDS).await;
    }

    /// Counts the past days; then moves prices carelessly and repairs what can be repaired. Counting the days again
    /// must give the same bytes.
    pub(super) async fn recount(&mut self) -> Result<(), String> {
        // Earlier histories on this platform may have ended at any point.
        self.reconciled().await?;
        let before = self.counted().await?;
        self.log("the days are counted");
        self.change_currency(false, false, true).await;
        let products = self.world.catalogue.borrow().products.clone();
        for product in products {
            self.world.made(&format!("products/{product}"), &[("name", "Renamed"), ("active", "false")]).await;
        }
        self.world.advance(KEPT_SECONDS).await;
        let done = self.reconciled().await?;
        let is_own =
            |drift: &&Value| self.person.customers.iter().any(|one| drift["stripe_customer_id"] == one.as_str());
        if let Some(drift) = done["drift"].as_array().and_then(|all| all.iter().find(is_own)) {
            return Err(format!("after prices moved, reconciling finds {drift}"));
        }
        self.settled_stays().await?;
        let after = self.counted().await?;
        if before != after {
            let differs = before.iter().zip(&after).find(|(before, after)| before != after);
            let (was, is) = differs.map(|(was, is)| differing(was, is)).unwrap_or_default();
            return Err(format!("past days are counted differently after prices moved: {was} is now {is}"));
        }
        self.compare("after a recount").await
    }

    async fn reconciled(&self) -> Result<Value, String> {
        self.world.platform.running().run_job("reconcile-nightly", json!({ "scope": "everybody" })).await
    }

    /// The stored metrics of the days since the history began.
    async fn counted(&self) -> Result<Vec<String>, String> {
        let from = self.began.to_string()[..10].to_owned();
        let job = self.world.platform.running().run_job("count-metrics", json!({ "from": from })).await;
        job?;
        let aws = self.world.aws();
        let rows = aws.partition(&aws.billing_events, "pk", "METRICS").await;
        Ok(rows.iter().filter(|row| row["sk"].as_str() >= Some(&from[..7])).map(check::canonical).collect())
    }
}

/// The part of two texts in which they differ.
fn differing(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(200)).take(400).collect();
    (around(one), around(other))
}
