//! Text that mail programs turn into a link: `http://…`, `www.…`, `example.com`.
//!
//! A bare domain is a word with a dot between two names, the last of which is a top-level domain: one of [`GENERIC`] in
//! any case, or a country's in lower case. So "J.R. Tolkien", "St. John" and "Ph.D" are names, and so is "Dr.No", although
//! `no` is a country. A country's domain needs two letters before its dot, unless a path follows it: "m.de Vries" is a
//! name, and `t.co/x` is not. With a path, or in capitals throughout (`EVIL.DE`), a country counts in any case.

use unicode_normalization::UnicodeNormalization;

/// The general top-level domains that are used most, in the web and in unwanted mail.
const GENERIC: &[&str] = &[
    "agency",
    "app",
    "biz",
    "blog",
    "buzz",
    "click",
    "cloud",
    "club",
    "com",
    "dev",
    "digital",
    "email",
    "fun",
    "gift",
    "group",
    "icu",
    "info",
    "life",
    "link",
    "live",
    "loan",
    "mobi",
    "net",
    "news",
    "one",
    "online",
    "org",
    "page",
    "party",
    "pro",
    "quest",
    "sbs",
    "shop",
    "site",
    "space",
    "store",
    "support",
    "tech",
    "today",
    "top",
    "vip",
    "web",
    "website",
    "win",
    "work",
    "world",
    "xyz",
    "zip",
    "edu",
    "gov",
    "name",
    "asia",
    "jobs",
    "travel",
    "museum",
    "codes",
    "ninja",
    "games",
    "video",
    "art",
    "lol",
    "bar",
    "rest",
    "monster",
    "cyou",
    "ltd",
    "company",
    "africa",
    "рф",
    "укр",
    "бел",
    "срб",
    "бг",
    "ею",
    "ελ",
    "онлайн",
    "сайт",
    "орг",
    "ком",
    "中国",
    "中國",
    "香港",
    "台灣",
    "台湾",
    "한국",
    "مصر",
    "السعودية",
    "امارات",
    "ایران",
    "المغرب",
    "الجزائر",
    "भारत",
    "ไทย",
    "网址",
    "公司",
    "网络",
    "在线",
];

/// The top-level domains of countries.
const COUNTRIES: &str = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs \
    bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk \
    fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm \
    jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms \
    mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru \
    rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua \
    ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Whether a text contains what looks like a web address.
pub fn has_link(text: &str) -> bool {
    // As browsers read it: full-width letters and dots count as ordinary ones.
    let text: String = text.nfkc().map(|one| if one == '\u{3002}' { '.' } else { one }).collect();
    let lower = text.to_lowercase();
    lower.contains("://") || lower.contains("www.") || hosts(&text).any(|(host, has_path)| is_domain(host, has_path))
}

/// Every part of a text that can be a host, and whether a path follows it.
fn hosts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|one| !is_in_host(one));
        let end = rest.find(|one| !is_in_host(one)).unwrap_or(rest.len());
        let (host, after) = rest.split_at(end);
        rest = after;
        (!host.is_empty()).then_some((host, after.starts_with(['/', '?', '#'])))
    })
}

fn is_in_host(one: char) -> bool {
    one.is_alphanumeric() || one == '-' || one == '.'
}

fn is_domain(host: &str, has_path: bool) -> bool {
    let Some((names, last)) = host.trim_end_matches(['.', '-']).rsplit_once('.') else { return false };
    let name = names.rsplit('.').next().unwrap_or_default();
    if name.is_empty() {
        return false;
    }
    let lower = last.to_lowercase();
    let is_generic = GENERIC.contains(&lower.as_str()) || lower.starts_with("xn--");
    let is_shouted = !host.chars().any(char::is_lowercase) && name.chars().count() > 2;
    let spelt = if has_path || is_shouted { lower.as_str() } else { last };
    let is_country = last.len() == 2 && COUNTRIES.split(' ').any(|country| country == spelt);
    is_generic || (is_country && (has_path || name.chars().count() > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web_are_found() {
        for link in [
            "http://evil.example",
            "Win at WWW.evil.example",
            "evil.com",
            "Evil.COM",
            "Visit evil.com.",
            "evil.com/x",
            "Claim your prize (evil-prizes.xyz)",
            "a,evil.org",
            "shop.evil.co.uk",
            "win.evil.de?code=1",
            "t.co/x",
            "me@evil.ru",
            "\u{fc}ber.de",
            "\u{201c}evil.com\u{201d}",
            "*evil.com*",
            "evil.com\u{2026}",
            "evil.com&x",
            "\u{2022}evil.com",
            "hi/evil.com",
            "Evil.Ru/x",
            "EVIL.DE",
            "evil.com-",
            "Evil\u{ff0e}com",
            "evil\u{3002}com",
            "\u{ff45}\u{ff56}\u{ff49}\u{ff4c}\u{ff0e}\u{ff43}\u{ff4f}\u{ff4d}",
            "пример.рф",
            "evil.xn--p1ai",
            "evil.edu",
        ] {
            assert!(has_link(link), "{link}");
        }
    }

    #[test]
    fn names_with_dots_are_no_addresses() {
        for name in [
            "J.R. Tolkien",
            "J.R.R.Tolkien",
            "St. John",
            "St.John",
            "Dr.No",
            "DR.NO",
            "J.R.R. TOLKIEN",
            "Dr. No",
            "Ph.D",
            "Ada Lovelace, Ph.D.",
            "ada.lovelace",
            "m.de Vries",
            "Sammy Davis jr.",
            "Martin Luther King, Jr.",
            "Dr. phil. / Co.",
            "A/B",
            "...com",
            "com",
            ".de",
        ] {
            assert!(!has_link(name), "{name}");
        }
    }
}
