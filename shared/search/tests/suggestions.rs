//! Suggestions when nothing is found, and queries that find nothing at all.

use search::{Field, Index};

const TITLES: [(&str, &str, &str); 5] = [
    ("Amélie à Montmartre", "Drama", "Été 1962"),
    ("The Quiet Harbour", "drama", "Été 1962"),
    ("ZEBRA nights", "Nature", "Été 1962"),
    ("東京物語", "Drama", "A film"),
    ("שלום לכולם", "Drama", "A film"),
];

fn index() -> Index {
    Index::build(TITLES.map(|(title, category, description)| {
        [(Field::Title, title), (Field::Category, category), (Field::Description, description)]
    }))
}

fn found(index: &Index, query: &str) -> Vec<&'static str> {
    index.search(query).iter().map(|(document, _)| TITLES[document as usize].0).collect()
}

#[test]
fn the_nearest_titles_are_suggested_and_nothing_for_an_unrelated_query() {
    let index = index();
    for (query, nearest) in [
        ("quiet submarine", vec!["The Quiet Harbour"]),
        ("harbzzr", vec!["The Quiet Harbour"]),
        ("zebra harbour", vec!["The Quiet Harbour", "ZEBRA nights"]),
        ("amelie zzz", vec!["Amélie à Montmartre"]),
        ("tokyo 物語", vec!["東京物語"]),
        ("東京語物", vec!["東京物語"]),
        ("xyzzyplugh", vec![]),
        ("🎬", vec![]),
        ("", vec![]),
    ] {
        assert!(index.search(query).is_empty(), "{query} finds something");
        let suggested: Vec<&str> =
            index.nearest(query).iter().map(|(document, _)| TITLES[document as usize].0).collect();
        assert_eq!(suggested, nearest, "{query}");
    }
}

#[test]
fn a_query_without_words_finds_nothing() {
    let index = index();
    let long = format!("{}harbour", "x ".repeat(5_000));
    for (query, expected) in [
        ("z", vec!["ZEBRA nights"]),
        ("é", vec![]),
        ("🎬", vec![]),
        ("👨‍👩‍👧‍👦", vec![]),
        ("!?&…—„“", vec![]),
        ("%", vec![]),
        ("*", vec![]),
        ("the", vec!["The Quiet Harbour"]),
        ("harbour שלום", vec![]),
        ("harbour 🎬", vec!["The Quiet Harbour"]),
        ("שלום", vec!["שלום לכולם"]),
        ("\u{200f}שלום", vec!["שלום לכולם"]),
        (&long, vec![]),
    ] {
        assert_eq!(found(&index, query), expected, "{query}");
    }
}
