//! Which spellings of a query find which texts.

use search::{Field, Index};

fn index<const N: usize>(titles: [&str; N]) -> Index {
    Index::build(titles.map(|title| [(Field::Title, title)]))
}

fn found(index: &Index, query: &str) -> Vec<u32> {
    index.search(query).iter().map(|(document, _)| document).collect()
}

#[test]
fn words_are_found_regardless_of_case_and_accents() {
    let index = index(["Amélie à Montmartre", "Straße nach Łódź", "AMALGAM", "İstanbul", "Smørrebrød", "Ὀδυσσεύς"]);
    for query in ["amélie", "AMELIE", "amelie", "Ame\u{301}lie", "ＡＭＥＬＩＥ"] {
        assert_eq!(found(&index, query), [0], "{query}");
    }
    assert_eq!(found(&index, "strasse lodz"), [1]);
    assert_eq!(found(&index, "STRASSE"), [1]);
    for query in ["istanbul", "ISTANBUL", "ıstanbul", "İSTANBUL"] {
        assert_eq!(found(&index, query), [3], "{query}");
    }
    assert_eq!(found(&index, "smorrebrod"), [4]);
    for query in ["οδυσσευς", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ"] {
        assert_eq!(found(&index, query), [5], "{query}");
    }
}

#[test]
fn every_word_must_match_and_a_prefix_is_enough() {
    let index = index(["The Quiet Harbour: a storm", "Harbour lights", "Quietly", "77 Sunset"]);
    assert_eq!(found(&index, "har"), [0, 1]);
    assert_eq!(found(&index, "har qui"), [0]);
    assert_eq!(found(&index, "  storm,the "), [0]);
    assert!(found(&index, "rbour").is_empty());
    assert_eq!(found(&index, "7"), [3]);
    for nothing in ["¡!…", "&", "'", "-", "", "  "] {
        assert!(found(&index, nothing).is_empty(), "{nothing}");
    }
}

#[test]
fn signs_within_a_word_do_not_matter() {
    let index = index([
        "Ocean's Eleven",
        "S.W.A.T.",
        "Spider-Man",
        "Swan Lake at the Theatre",
        "O\u{2019}Brien",
        "WALL·E",
        "M*A*S*H",
        "Hawaiʻi Five-0",
        "Face/Off",
        "E.T. the Extra-Terrestrial",
        "Man and Spider",
        "Sweet Wild Autumn Tales",
    ]);
    for (queries, expected) in [
        (
            ["oceans eleven", "ocean's eleven", "Ocean\u{2019}s 'Eleven'", "OCEANS", "ocean s", "ocean´s", "ocean ele"]
                .as_slice(),
            [0].as_slice(),
        ),
        (&["S.W.A.T", "S.W.A.T.", "swat", "SWAT", "s.w.a.t", "S-W-A-T"], &[1]),
        (&["spiderman", "SpiderMan"], &[2]),
        (&["spider man", "spider-man", "Spider‑Man", "man spider"], &[2, 10]),
        (&["OBrien", "O'Brien", "o brien", "o´brien", "OʼBRIEN", "brien"], &[4]),
        (&["wall-e", "walle", "wall e", "Wall•E"], &[5]),
        (&["mash", "m.a.s.h"], &[6]),
        (&["hawaii five-0", "hawaii five 0", "hawaii five0", "hawai'i"], &[7]),
        (&["face off", "faceoff", "face/off"], &[8]),
        (&["et", "e.t.", "extraterrestrial", "extra terrestrial", "terrestrial"], &[9]),
    ] {
        for query in queries {
            assert_eq!(found(&index, query), expected, "{query}");
        }
    }
}

#[test]
fn joined_words_are_found_as_two_and_two_words_as_one() {
    let index = index(["Spider Man", "Spiderman", "Spider-Man", "Spinner Maniac"]);
    for query in ["spider man", "spiderman", "Spider-Man", "SpiderMan", "spider\u{2011}man"] {
        assert_eq!(found(&index, query), [0, 1, 2], "{query}");
    }
}

#[test]
fn numbers_are_found_with_and_without_separators() {
    let index = index(["2,001 Nights", "2001: A Space Odyssey", "10.000 Meilen", "1, 2, 3"]);
    for query in ["2001", "2,001", "2.001", "2'001"] {
        assert_eq!(found(&index, query), [0, 1], "{query}");
    }
    assert_eq!(found(&index, "10000"), [2]);
    assert_eq!(found(&index, "10,000"), [2]);
    assert_eq!(found(&index, "1 2 3"), [3]);
}

#[test]
fn an_ampersand_means_and_and_can_be_omitted() {
    let index = index(["Fast & Furious", "Fast and Furious", "R&B"]);
    for query in ["fast and furious", "fast & furious", "fast furious", "fast ＆ furious"] {
        assert_eq!(found(&index, query), [0, 1], "{query}");
    }
    assert_eq!(found(&index, "r&b"), [2]);
    assert_eq!(found(&index, "rb"), [2]);
}

#[test]
fn any_part_is_found_in_scripts_without_spaces() {
    let index = index([
        "東京物語",
        "スーパーマン・リターンズ",
        "ต้มยำกุ้ง",
        "ភាពយន្តខ្មែរ",
        "မြန်မာရုပ်ရှင်",
        "ພາສາລາວ",
        "攻殻機動隊ARISE 2029",
        "ばらの花",
        "한국 영화",
    ]);
    for (queries, expected) in [
        (["物語", "東京", "京物", "語", "東京物語", "京物語"].as_slice(), 0),
        (&["リターンズ", "ｽｰﾊﾟｰﾏﾝ", "マンリターン", "スーパーマンリターンズ", "スーパーマン リターンズ"], 1),
        (&["ยำ", "กุ้ง", "ต้มยำ"], 2),
        (&["ខ្មែរ", "យន្ត"], 3),
        (&["ရုပ်ရှင်", "မြန်မာ"], 4),
        (&["ລາວ", "ພາສາ"], 5),
        (&["機動隊", "arise", "機動隊arise", "機動 arise 2029"], 6),
        (&["花", "ばら"], 7),
        (&["영화", "한국", "한국영화"], 8),
    ] {
        for query in queries {
            assert_eq!(found(&index, query), [expected], "{query}");
        }
    }
    for absent in ["物京", "語物", "東語", "はら", "화"] {
        assert!(found(&index, absent).is_empty(), "{absent}");
    }
}

#[test]
fn marks_that_people_omit_are_optional() {
    let index = index(["كِتَاب الأيّام", "שָׁלוֹם", "מו״לים", "ﬁlm ﬀ", "क\u{94d}षमा", "Tiếng Việt", "ћевапи Ёлка", "कषमा"]);
    assert_eq!(found(&index, "كتاب"), [0]);
    assert_eq!(found(&index, "الايام"), [0]);
    assert_eq!(found(&index, "كـتـاب"), [0]);
    assert_eq!(found(&index, "שלום"), [1]);
    assert_eq!(found(&index, "מולים"), [2]);
    assert_eq!(found(&index, "film ff"), [3]);
    assert_eq!(found(&index, "tieng viet"), [5]);
    assert_eq!(found(&index, "елка"), [6]);
    assert_eq!(found(&index, "कषमा"), [7], "a different word without its virama");
}

#[test]
fn the_body_is_found_by_its_own_words() {
    let index =
        Index::build([[(Field::Title, "Heist"), (Field::Description, "Danny Ocean's crew of 1,250. 東京 in spring")]]);
    for query in ["oceans crew", "1250", "ocean", "heist danny", "東京", "spring heist"] {
        assert_eq!(found(&index, query), [0], "{query}");
    }
    assert!(found(&index, "dannyocean").is_empty());
}

#[test]
fn more_texts_than_bits_in_a_machine_word_are_distinguished() {
    let titles: Vec<String> = (0..70).map(|number| format!("film n{number}")).collect();
    let index = Index::build(titles.iter().map(|title| [(Field::Title, title.as_str())]));
    assert_eq!(found(&index, "film").len(), 70);
    assert_eq!(found(&index, "film n65"), [65]);
}
