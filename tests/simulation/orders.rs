//! Observed orders of Stripe's events: a checkout's events in every permutation, and `updated(active)` followed by
//! `created(incomplete)` one second apart, delivered in every order that is possible.

use super::check;
use super::say;
use super::world::{Person, World};
use super::wrong::Strategy;
use serde_json::{Value, json};
use standin::deliveries::Mode;

/// All orders of `0..count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let longer = |shorter: Vec<usize>| {
        (0..count).map(move |at| {
            let mut all = shorter.clone();
            all.insert(at, count - 1);
            all
        })
    };
    permutations(count - 1).into_iter().flat_map(longer).collect()
}

/// The events sent since then, oldest first: type and body.
fn events(world: &World) -> Vec<(String, String)> {
    let mut sent = world.platform.running().deliveries();
    sent.reverse();
    sent.into_iter().map(|one| (one.event_type, one.body)).collect()
}

/// Delivers an event until it is accepted, as Stripe does: a busy machine may answer 503 at first.
async fn delivered(world: &World, body: &str) -> bool {
    for _ in 0..5 {
        match world.post(body).await {
            200 => return true,
            503 => {}
            other => panic!("a webhook returned {other}"),
        }
    }
    false
}

/// The same event with an unused id, which has no mark.
fn renamed(body: &str, id: &str) -> String {
    let mut event: Value = serde_json::from_str(body).expect("an event");
    event["id"] = json!(id);
    event.to_string()
}

/// Deletes what the tables contain about a person, including their mail, except the owner of the customer: each cause
/// is mailed once, so triggering it again would fail.
async fn forget(world: &World, person: &Person) {
    let aws = world.aws();
    let mut keys = vec![(&aws.subscriptions, json!({ "pk": { "S": format!("USER#{}", person.id) } }))];
    for customer in &person.customers {
        let pk = format!("CUST#{customer}");
        for row in aws.partition(&aws.billing_events, "pk", &pk).await {
            keys.push((&aws.billing_events, json!({ "pk": { "S": pk }, "sk": { "S": row["sk"] } })));
            let mail = format!("MAIL#billing#{}", row["id"].as_str().unwrap_or_default());
            keys.push((&aws.mail, json!({ "pk": { "S": mail }, "sk": { "S": "MAIL" } })));
        }
    }
    for (table, key) in keys {
        let (status, answer) = aws.call("DeleteItem", &json!({ "TableName": table, "Key": key })).await;
        assert_eq!(status, 200, "{answer}");
    }
}

#[tokio::test]
async fn a_checkouts_events_may_arrive_in_any_order() {
    let world = World::start(Strategy::Service, 0).await;
    world.mode(Mode::Drop);
    let mut person = world.register("ordered@viewers.test").await;
    let answer = person.viewer.post("/api/subscription/checkout", json!({ "plan_type": "premium" })).await;
    world.platform.pay(answer.data()["checkout_url"].as_str().expect("a page"), support::billing::CARD).await;
    person.find_customers(&world.stripe).await;
    let events = events(&world);
    let kinds: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    // The observed billing events, in both orders. The others do not affect money or access.
    for kind in
        ["customer.subscription.created", "customer.subscription.updated", "invoice.paid", "checkout.session.completed"]
    {
        assert!(kinds.contains(&kind), "{kind} among {kinds:?}");
    }
    let orders = permutations(events.len());
    assert!(orders.len() >= 24 && orders.len() <= 720, "{kinds:?}");
    for (number, order) in orders.iter().enumerate() {
        forget(&world, &person).await;
        for at in order {
            let body = renamed(&events[*at].1, &format!("evt_order_{number}_{at}"));
            assert!(delivered(&world, &body).await, "{order:?} of {kinds:?}");
        }
        if let Err(why) = check::rows(&world, &person).await {
            panic!("{order:?} of {kinds:?}: {why}");
        }
    }
    check::all(&world, &person, None).await.expect("the plan that was bought plays");
    say(&format!("event orders: a checkout's {} events in all {} orders", events.len(), orders.len()));
}

/// A customer with a saved card.
async fn with_card(world: &World, email: &str) -> (Person, String, String) {
    let person = world.register(email).await;
    let customer = person.customers[0].clone();
    let (_, method) = world.stripe.post("payment_methods", &[("type", "card"), ("card[token]", "tok_visa")]).await;
    let method = method["id"].as_str().expect("a card").to_owned();
    let path = format!("payment_methods/{method}/attach");
    let (status, answer) = world.stripe.post(&path, &[("customer", customer.as_str())]).await;
    assert_eq!(status, 200, "{answer}");
    let (_, methods) = (status, world.stripe.list(&format!("customers/{customer}/payment_methods")).await);
    (person, customer, methods[0]["id"].as_str().expect("attached").to_owned())
}

#[tokio::test]
async fn incomplete_and_active_one_second_apart_may_arrive_in_any_order() {
    let world = World::start(Strategy::Service, 0).await;
    let price = world.prices.iter().find(|price| price["lookup_key"] == "premium_month").expect("a price");
    let price = price["id"].as_str().expect("an id").to_owned();
    let mut cases = 0;
    // How many of the first second's events arrive before the second's change, and all orders of the rest. The
    // simulation covers longer histories.
    for early in 0..=2 {
        let mut case = 0;
        loop {
            world.platform.running().webhooks().reset();
            world.mode(Mode::Drop);
            let (person, customer, method) = with_card(&world, &format!("pair-{early}-{case}@viewers.test")).await;
            let form = [
                ("customer", customer.as_str()),
                ("items[0][price]", price.as_str()),
                ("default_payment_method", method.as_str()),
                ("payment_behavior", "default_incomplete"),
            ];
            let (status, subscription) = world.stripe.post("subscriptions", &form).await;
            assert_eq!((status, &subscription["status"]), (200, &json!("incomplete")), "{subscription}");
            let first = events(&world);
            for (_, body) in first.iter().take(early) {
                assert!(delivered(&world, body).await);
            }
            if early > 0 {
                check::all(&world, &person, None).await.expect("incomplete grants nothing");
            }
            world.advance(1).await;
            let invoice = subscription["latest_invoice"].as_str().expect("an invoice");
            let (status, paid) = world.stripe.post(&format!("invoices/{invoice}/pay"), &[]).await;
            assert_eq!((status, &paid["status"]), (200, &json!("paid")), "{paid}");
            let left: Vec<(String, String)> = events(&world).into_iter().skip(early).collect();
            let kinds: Vec<&str> = left.iter().map(|(kind, _)| kind.as_str()).collect();
            assert!(kinds.contains(&"customer.subscription.updated"), "{kinds:?}");
            let orders = permutations(left.len());
            let order = &orders[case];
            for at in order {
                assert!(delivered(&world, &left[*at].1).await, "{order:?} of {kinds:?}");
                if let Err(why) = check::rows(&world, &person).await {
                    panic!("{early} early, {order:?} of {kinds:?}: {why}");
                }
            }
            check::all(&world, &person, None).await.expect("the plan that was paid plays");
            world.end(&person, &[]).await;
            cases += 1;
            case += 1;
            if case == orders.len() {
                break;
            }
        }
    }
    say(&format!("event orders: incomplete and active a second apart in {cases} orders"));
}
