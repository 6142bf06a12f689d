//! A catalogue of some 300 titles in many languages, and 200 queries, each with the title that must come first.

use search::{Field, Index};
use std::collections::BTreeSet;
use std::fmt::Write;

const CATALOGUE: &str = include_str!("catalogue.txt");
const QUERIES: &str = include_str!("queries.txt");
const TITLES_MIN: usize = 280;
const QUERIES_MIN: usize = 200;

struct Title<'a> {
    texts: Vec<(Field, &'a str)>,
    title: &'a str,
    views: u32,
}

fn catalogue() -> Vec<Title<'static>> {
    let lines = CATALOGUE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = |line: &'static str| {
        let columns: Vec<&str> = line.split('|').collect();
        let [title, series, category, people, tags, views, description] = columns[..] else { panic!("{line}") };
        let fields = [
            (Field::Title, title),
            (Field::Series, series),
            (Field::People, people),
            (Field::Tags, tags),
            (Field::Category, category),
            (Field::Description, description),
        ];
        Title { texts: fields.to_vec(), title, views: views.parse().expect("a number") }
    };
    lines.map(read).collect()
}

/// The results as the service sorts them: by rank, then by popularity.
fn found(index: &Index, catalogue: &[Title<'static>], query: &str) -> Vec<&'static str> {
    let mut found: Vec<(u32, u32)> = index.search(query).iter().collect();
    found.sort_by_key(|(document, rank)| (*rank, u32::MAX - catalogue[*document as usize].views));
    found.iter().map(|(document, _)| catalogue[*document as usize].title).collect()
}

#[test]
fn every_query_finds_its_title_first() {
    let catalogue = catalogue();
    let index = Index::build(catalogue.iter().map(|title| title.texts.iter().copied()));
    let mut wrong = String::new();
    let mut queries = BTreeSet::new();
    for line in QUERIES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (query, expected) = line.split_once('|').expect("a query and a title");
        assert!(catalogue.iter().any(|title| title.title == expected), "no title of the catalogue: {expected}");
        let found = found(&index, &catalogue, query);
        if found.first() != Some(&expected) {
            let _ = writeln!(wrong, "{query:?} finds {:?} before {expected:?}", &found[..found.len().min(3)]);
        }
        queries.insert(query);
    }
    assert!(catalogue.len() >= TITLES_MIN && queries.len() >= QUERIES_MIN, "{} {}", catalogue.len(), queries.len());
    assert!(wrong.is_empty(), "{} are wrong:\n{wrong}", wrong.lines().count());
}
