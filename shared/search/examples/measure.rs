//! What `make bench` prints about search: 100,000 generated titles, how long the index takes to build, what it takes in
//! memory, and how long searches take.

use search::{Field, Index};
use std::io::Write;
use std::time::{Duration, Instant};

const TITLES: usize = 100_000;
const WORDS: usize = 60_000;
const DESCRIPTION_WORDS: usize = 25;
const QUERIES: usize = 1_000;
/// The best of this many runs counts, because other processes use the machine as well.
const RUNS: usize = 3;

/// A small random number generator (SplitMix64), so that every run measures the same catalogue.
struct SplitMix64(u64);

impl SplitMix64 {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % end
    }

    /// Few words are frequent and most are rare, as in real text.
    fn word<'a>(&mut self, words: &'a [String]) -> &'a str {
        let steps = 1 + self.below(16);
        let at = (0..steps).fold(words.len(), |end, _| self.below(end.max(1)));
        &words[at]
    }

    fn text(&mut self, words: &[String], count: usize) -> String {
        (0..count).map(|_| self.word(words)).collect::<Vec<_>>().join(" ")
    }
}

fn words(numbers: &mut SplitMix64) -> Vec<String> {
    const SYLLABLES: [&str; 40] = [
        "ba", "ber", "ca", "den", "der", "el", "en", "er", "fa", "ga", "har", "in", "ing", "ka", "la", "le", "li",
        "lo", "ma", "men", "mi", "mo", "na", "ner", "no", "on", "pa", "qui", "ra", "ri", "ro", "sa", "sch", "si",
        "sta", "ta", "ter", "tor", "un", "ver",
    ];
    const SIGNS: [char; 20] = [
        '東', '京', '物', '語', '夜', '山', '川', '海', '空', '森', '花', '雪', '月', '星', '風', '火', '水', '木',
        '金', '土',
    ];
    let word = |number: usize| match number {
        0 => "the".to_owned(),
        1 => "of".to_owned(),
        number if number % 10 == 9 => (0..2 + numbers.below(4)).map(|_| SIGNS[numbers.below(20)]).collect(),
        _ => (0..1 + numbers.below(4)).map(|_| SYLLABLES[numbers.below(40)]).collect(),
    };
    (0..WORDS).map(word).collect()
}

/// A query for a title, as somebody might type it.
fn query(numbers: &mut SplitMix64, title: &str) -> String {
    let words: Vec<&str> = title.split(' ').collect();
    let word = words[numbers.below(words.len())];
    let characters: Vec<char> = word.chars().collect();
    match numbers.below(6) {
        0 => title.to_owned(),
        1 => characters[..1 + numbers.below(characters.len())].iter().collect(),
        2 => words.iter().rev().copied().collect::<Vec<_>>().join(" "),
        3 => characters[..characters.len() - 1].iter().chain(&['x', 's']).collect(),
        4 => title.chars().take(1 + numbers.below(title.chars().count())).collect(),
        _ => {
            let mut swapped = characters;
            let at = numbers.below(swapped.len().max(2) - 1);
            let next = (at + 1).min(swapped.len() - 1);
            swapped.swap(at, next);
            swapped.iter().collect()
        }
    }
}

/// The resident memory of this process, in bytes; 0 if the system does not report it.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or_default() * 4_096
}

/// The processor time of this process, or the time since `started` if the system does not report it.
fn spent(started: Instant) -> Duration {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = nanoseconds.split(' ').next().and_then(|number| number.parse().ok());
    nanoseconds.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

fn at(times: &[Duration], thousandths: usize) -> f64 {
    times[(times.len() * thousandths / 1_000).min(times.len() - 1)].as_secs_f64() * 1_000.0
}

fn main() -> std::io::Result<()> {
    let mut numbers = SplitMix64(7);
    let words = words(&mut numbers);
    let mut text = |words_max: usize, words_min: usize| {
        let count = words_min + numbers.below(words_max - words_min + 1);
        numbers.text(&words, count)
    };
    let titles: Vec<String> = (0..TITLES).map(|_| text(5, 1)).collect();
    let descriptions: Vec<String> = (0..TITLES).map(|_| text(DESCRIPTION_WORDS, DESCRIPTION_WORDS)).collect();
    let mut out = std::io::stdout().lock();

    let before = resident();
    let started = Instant::now();
    let spent_before = spent(started);
    let index = Index::build(titles.iter().zip(&descriptions).map(|(title, description)| {
        [(Field::Title, title.as_str()), (Field::Category, "Drama"), (Field::Description, description.as_str())]
    }));
    let built = spent(started).saturating_sub(spent_before).as_secs_f64() * 1_000.0;
    let (grown, own) = ((resident().saturating_sub(before)) >> 20, index.bytes() >> 20);
    writeln!(
        out,
        "search: {TITLES} titles indexed in {built:.0} ms of processor time; the index takes {own} MiB, the process grew by {grown} MiB"
    )?;

    for (name, suggests) in [("searches", false), ("suggestions", true)] {
        let (mut times, mut slowest) = (Vec::new(), (Duration::ZERO, String::new()));
        for _ in 0..QUERIES {
            let title = &titles[numbers.below(TITLES)];
            let query = query(&mut numbers, title);
            let once = |_| {
                let started = Instant::now();
                std::hint::black_box(if suggests { index.nearest(&query) } else { index.search(&query) });
                started.elapsed()
            };
            let took = (0..RUNS).map(once).min().unwrap_or_default();
            times.push(took);
            if took > slowest.0 {
                slowest = (took, query);
            }
        }
        times.sort_unstable();
        writeln!(
            out,
            "search: {QUERIES} {name}: half in {:.2} ms, 99 % in {:.2} ms, the slowest in {:.2} ms ({:?})",
            at(&times, 500),
            at(&times, 990),
            at(&times, 1_000),
            slowest.1
        )?;
    }
    Ok(())
}
