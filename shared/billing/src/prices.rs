//! Prices are kept at Stripe. Current prices are found by lookup key, former ones by their id. Both are cached in
//! memory for a few minutes.

use crate::price::{Price, ProductPrice};
use crate::snapshot::{Snapshot, Subscription};
use crate::stripe::{Stripe, StripeError};
use boxed::boxed;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use shared::models::plan::{Interval, PlanType, lookup_key, of_lookup_key};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::Mutex;

/// How long prices are cached, and so the longest delay until a price change takes effect.
const CACHE_LIFE: SignedDuration = SignedDuration::from_mins(5);

type Cached<T> = (Timestamp, Arc<Vec<T>>);

/// The prices, read when needed.
pub struct Prices {
    stripe: Stripe,
    cached: Mutex<Option<Cached<Price>>>,
    of_products: Mutex<HashMap<String, Cached<ProductPrice>>>,
    /// The product of each price that was looked up by its id; a price never moves to another product.
    products: Mutex<HashMap<String, String>>,
}

impl Prices {
    /// Prices read through a Stripe client.
    pub fn new(stripe: Stripe) -> Self {
        Self { stripe, cached: Mutex::default(), of_products: Mutex::default(), products: Mutex::default() }
    }

    /// The current prices, at most five minutes old. If Stripe does not answer, older ones are used.
    #[boxed]
    pub async fn get(&self, now: Timestamp) -> Result<Arc<Vec<Price>>, StripeError> {
        let mut cached = self.cached.lock().await;
        if let Some((at, prices)) = cached.as_ref()
            && now.duration_since(*at) < CACHE_LIFE
        {
            return Ok(prices.clone());
        }
        match (self.stripe.prices().await, cached.as_ref()) {
            (Ok(prices), _) => Ok(cached.insert((now, Arc::new(prices))).1.clone()),
            (Err(_), Some((_, older))) => Ok(older.clone()),
            (Err(error), None) => Err(error),
        }
    }

    /// The price of a plan in a currency: the plan's current price, or one with a lookup key for that currency. `None`
    /// if the plan is not sold in that currency.
    #[boxed]
    pub async fn in_currency(
        &self,
        wanted: (PlanType, Interval),
        currency: &str,
        now: Timestamp,
    ) -> Result<Option<Price>, StripeError> {
        let is_wanted = |price: &Price| (price.plan_type, price.interval) == wanted && price.currency == currency;
        if let Some(price) = self.get(now).await?.iter().find(|price| is_wanted(price)) {
            return Ok(Some(price.clone()));
        }
        Ok(self.stripe.prices_in(currency).await?.into_iter().find(is_wanted))
    }

    /// The current prices, and those in a snapshot: of invoices, of subscriptions, and of scheduled changes. Each of
    /// these is looked up by its id, its metadata and its product, even if its lookup key was moved. `billed` records
    /// the plan of each price by lookup key, and decides if the price no longer names a plan.
    pub(crate) async fn with_billed(
        &self,
        snapshot: &Snapshot,
        billed: &mut BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<Price>, StripeError> {
        let lines = snapshot.invoices.iter().flat_map(|invoice| &invoice.lines);
        let lines = lines.filter_map(|line| Some((line.price.clone()?, line.product.clone())));
        self.look_up(lines.collect(), &snapshot.subscriptions, billed, now).await
    }

    /// The current prices, and those of subscriptions and of their scheduled changes. `kept` is their user's row, which
    /// records the plan of a scheduled price that no longer names one.
    pub(crate) async fn with_scheduled(
        &self,
        subscriptions: &[Subscription],
        stored: &shared::models::subscription::Subscription,
        now: Timestamp,
    ) -> Result<Vec<Price>, StripeError> {
        let own =
            subscriptions.iter().find(|subscription| stored.stripe_subscription_id.as_ref() == Some(&subscription.id));
        let next = own.and_then(|subscription| subscription.schedule.as_ref()?.next.clone());
        let pending = stored.pending_plan_type.zip(stored.pending_interval);
        let known = next.zip(pending).map(|(next, (plan, interval))| (next, lookup_key(plan, interval)));
        self.look_up(BTreeMap::new(), subscriptions, &mut known.into_iter().collect(), now).await
    }

    async fn look_up(
        &self,
        mut seen: BTreeMap<String, Option<String>>,
        subscriptions: &[Subscription],
        billed: &mut BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<Price>, StripeError> {
        let mut all: Vec<Price> = self.get(now).await?.to_vec();
        let sold: HashSet<String> = all.iter().map(|price| price.id.clone()).collect();
        seen.extend(
            subscriptions
                .iter()
                .filter_map(|subscription| Some((subscription.price.clone()?, subscription.product.clone()))),
        );
        // A schedule names a price without its product.
        let next = subscriptions.iter().filter_map(|subscription| subscription.schedule.as_ref()?.next.clone());
        let next: BTreeSet<String> = next.filter(|id| !seen.contains_key(id)).collect();
        let products = next.into_iter().map(|id| {
            let is_sold = sold.contains(&id);
            async move {
                let product = if is_sold { None } else { self.product(&id).await? };
                Ok::<_, StripeError>((id, product))
            }
        });
        seen.extend(try_join_all(products).await?);
        let others = seen.iter().filter(|(id, _)| !sold.contains(*id));
        let products: BTreeSet<&str> = others.filter_map(|(_, product)| product.as_deref()).collect();
        let listed = try_join_all(products.into_iter().map(|product| self.of_product(product, now))).await?;
        let mut named: Vec<(String, String)> = all
            .iter()
            .filter(|price| seen.contains_key(&price.id))
            .map(|price| (price.id.clone(), price.lookup_key.clone()))
            .collect();
        let is_wanted = |price: &&ProductPrice| seen.contains_key(&price.id) && !sold.contains(&price.id);
        for price in listed.iter().flat_map(|prices| prices.iter()).filter(is_wanted) {
            let remembered = || billed.get(&price.id).and_then(|key| of_lookup_key(key));
            let plan = price.plan.filter(|_| price.is_named).or_else(remembered).or(price.plan);
            let Some((plan_type, interval)) = plan else { continue };
            let lookup_key = lookup_key(plan_type, interval);
            named.extend(price.is_named.then(|| (price.id.clone(), lookup_key.clone())));
            let (id, currency) = (price.id.clone(), price.currency.clone());
            all.push(Price { id, plan_type, interval, amount: price.amount, currency, lookup_key });
        }
        for (id, key) in named {
            billed.entry(id).or_insert(key);
        }
        Ok(all)
    }

    /// The product of a price; `None` if there is no such price.
    async fn product(&self, price: &str) -> Result<Option<String>, StripeError> {
        if let Some(product) = self.products.lock().await.get(price) {
            return Ok(Some(product.clone()));
        }
        let product = self.stripe.product_of_price(price).await?;
        self.products.lock().await.extend(product.iter().map(|product| (price.to_owned(), product.clone())));
        Ok(product)
    }

    async fn of_product(&self, product: &str, now: Timestamp) -> Result<Arc<Vec<ProductPrice>>, StripeError> {
        let mut cached = self.of_products.lock().await;
        if let Some((at, prices)) = cached.get(product)
            && now.duration_since(*at) < CACHE_LIFE
        {
            return Ok(prices.clone());
        }
        let prices = Arc::new(self.stripe.prices_of_product(product).await?);
        cached.insert(product.to_owned(), (now, prices.clone()));
        Ok(prices)
    }
}
