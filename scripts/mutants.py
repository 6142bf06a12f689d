"""The mutations of the billing code that the simulation must reject.

    python3 scripts/mutants.py FOLDER    applies them to a copy of the sources; the environment's MUTANT then selects one

Each change replaces exactly one place. A mutation whose place no longer exists is an error, not a success.
"""

import pathlib
import sys

SELECTED = 'std::env::var("MUTANT").is_ok_and(|one| one == "{}")'

# Its name, the file, the place, and what replaces it. `MUTANT` stands for "this mutation is selected".
CHANGES = [
    ("grace", "shared/src/models/entitlement.rs",
     "Status::PastDue if grace_until",
     "Status::PastDue if MUTANT => Ok(plan),\n        Status::PastDue if grace_until"),
    ("price", "shared/billing/src/prices.rs",
     ".or_else(remembered).or(price.plan);",
     ".or_else(remembered).or(price.plan).or_else(|| MUTANT.then_some((PlanType::Premium, Interval::Month)));"),
    ("version", "shared/src/stores/subscriptions.rs",
     '.condition_expression("version = :version")',
     '.condition_expression(if MUTANT { "attribute_exists(pk) OR version = :version" } else { "version = :version" })'),
    ("mark", "shared/billing/src/converge.rs",
     "let (snapshot, _) = tokio::try_join!",
     "if let Some(event) = event.filter(|_| MUTANT) {\n"
     "                let record = EventRecord::applied(&event.id, &event.kind, customer, guard.row.user_id, now);\n"
     "                self.database.transact(vec![self.events.record(&record)?]).await?;\n"
     "            }\n"
     "            let (snapshot, _) = tokio::try_join!"),
    ("mark", "shared/billing/src/converge.rs",
     "if let Some(event) = event {\n            let received_at",
     "if let Some(event) = event.filter(|_| !MUTANT) {\n            let received_at"),
    # A price that lost its lookup key is unknown, and its payments lose their plan.
    ("moved", "shared/billing/src/prices.rs",
     "products.into_iter().map(|product| self.of_product(product, now))",
     "products.into_iter().filter(|_| !MUTANT).map(|product| self.of_product(product, now))"),
    ("moved", "shared/billing/src/differences.rs",
     "if let Some(record) = records.get(entry.id()) {",
     "if let Some(record) = records.get(entry.id()).filter(|_| !MUTANT) {"),
    ("currency", "shared/billing/src/snapshot.rs",
     "recurring_amount: 0,\n                currency: invoice.currency.to_string(),",
     "recurring_amount: 0,\n"
     "                currency: if MUTANT { \"usd\".to_owned() } else { invoice.currency.to_string() },"),
    ("pause", "shared/billing/src/snapshot.rs",
     "if is_running && pause.is_some() { Status::Paused }",
     "if is_running && pause.is_some() && !MUTANT { Status::Paused }"),
    ("link", "shared/billing/src/customers.rs",
     "None => self.stripe.buyers(id).await?,",
     "None if MUTANT => Vec::new(),\n            None => self.stripe.buyers(id).await?,"),
    ("dispute", "shared/billing/src/converge.rs",
     "let lost = rules::lost_disputes(&snapshot);",
     "let lost = if MUTANT { Vec::new() } else { rules::lost_disputes(&snapshot) };"),
    ("refund", "functions/refund-payment/src/lib.rs",
     "let refund = self.refund(&call, &customer, request.as_deref()).await;",
     "let refund = self.refund(&call, &customer, request.as_deref()).await;\n"
     "        let refund = if MUTANT { Ok(refund?) } else { refund };"),
    ("refund", "functions/refund-payment/src/lib.rs",
     "if let Some(refund) = earlier.filter(|_| request.is_none()) {",
     "if let Some(refund) = earlier.filter(|_| request.is_none() && !MUTANT) {"),
]


class MissingPlace(Exception):
    """A mutation does not find its place, or finds several."""


def apply(root: pathlib.Path) -> dict[str, str]:
    """The changed files of the sources at `root` by their path; writes nothing."""
    texts: dict[str, str] = {}
    for name, path, old, new in CHANGES:
        text = texts.get(path) or (root / path).read_text()
        if text.count(old) != 1:
            raise MissingPlace(f"the mutation `{name}` finds its place {text.count(old)} times in {path}: {old}")
        texts[path] = text.replace(old, new.replace("MUTANT", SELECTED.format(name)))
    return texts


def names() -> list[str]:
    """The mutations, in order."""
    return list(dict.fromkeys(name for name, *_ in CHANGES))


def main() -> None:
    if sys.argv[1:] == ["--names"]:
        print(*names())
        return
    copy = pathlib.Path(sys.argv[1])
    try:
        texts = apply(copy)
    except MissingPlace as error:
        sys.exit(f"simulate-mutants: {error}")
    for path, text in texts.items():
        (copy / path).write_text(text)


if __name__ == "__main__":
    main()
