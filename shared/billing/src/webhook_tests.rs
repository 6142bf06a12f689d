use super::*;

const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;
const NOW: i64 = 1_800_000_000;

fn sign(secret: &str, time: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn judge(header: &str, secrets: &[&str]) -> Result<(), Unverified> {
    let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    verify(BODY, Some(header), &secrets, Timestamp::from_second(NOW).expect("in range"))
}

#[test]
fn a_signature_of_any_active_secret_is_enough() {
    let (old, new) = (sign("whsec_old", NOW, BODY), sign("whsec_new", NOW, BODY));
    let rotating = format!("t={NOW},v1={old},v1={new},v0={}", "0".repeat(64));
    assert_eq!(judge(&format!("t={NOW},v1={old}"), &["whsec_old"]), Ok(()));
    assert_eq!(judge(&rotating, &["whsec_new"]), Ok(()));
    assert_eq!(judge(&rotating, &["whsec_old"]), Ok(()));
    assert_eq!(judge(&format!("t={NOW},v1={old}"), &["whsec_new", "whsec_old"]), Ok(()));
    assert_eq!(judge(&format!("t={NOW},v1={},v1={new}", "0".repeat(64)), &["whsec_new"]), Ok(()));
}

#[test]
fn a_withdrawn_secret_signs_nothing_any_more() {
    let old = sign("whsec_old", NOW, BODY);
    assert_eq!(judge(&format!("t={NOW},v1={old}"), &["whsec_new"]), Err(Unverified::Wrong));
}

#[test]
fn everything_is_refused_while_no_secret_is_set() {
    let by_nothing = sign("", NOW, BODY);
    for secrets in [&[][..], &[""], &["  "]] {
        assert_eq!(judge(&format!("t={NOW},v1={by_nothing}"), secrets), Err(Unverified::NoSecret));
    }
}

#[test]
fn what_is_not_a_signature_is_refused() {
    let right = sign("whsec_1", NOW, BODY);
    for malformed in [
        String::new(),
        "t".to_owned(),
        format!("v1={right}"),
        format!("t={NOW}"),
        format!("t={NOW},v0={right}"),
        format!("t=,v1={right}"),
        format!("t=-{NOW},v1={right}"),
        format!("t=now,v1={right}"),
        format!("t={NOW},t={NOW},v1={right}"),
    ] {
        assert_eq!(judge(&malformed, &["whsec_1"]), Err(Unverified::Malformed), "{malformed}");
    }
    for wrong in [&right[..62], &right[..32], "", "zz", &"0".repeat(64), &format!("{right}00")] {
        assert_eq!(judge(&format!("t={NOW},v1={wrong}"), &["whsec_1"]), Err(Unverified::Wrong), "{wrong}");
    }
    assert_eq!(verify(BODY, None, &["whsec_1".to_owned()], Timestamp::UNIX_EPOCH), Err(Unverified::Malformed));
    assert_eq!(judge(&format!("t={},v1={right}", NOW + 1), &["whsec_1"]), Err(Unverified::Wrong));
    assert_eq!(judge(&format!("t={}9,v1={right}", u64::MAX), &["whsec_1"]), Err(Unverified::Malformed));
}

#[test]
fn five_minutes_count_both_ways() {
    for (off, expected) in [
        (299, Ok(())),
        (-299, Ok(())),
        (300, Ok(())),
        (-300, Ok(())),
        (301, Err(Unverified::OutOfTime)),
        (-301, Err(Unverified::OutOfTime)),
    ] {
        let time = NOW + off;
        assert_eq!(judge(&format!("t={time},v1={}", sign("whsec_1", time, BODY)), &["whsec_1"]), expected, "{off}");
    }
}

#[test]
fn the_raw_bytes_count() {
    let header = format!("t={NOW},v1={}", sign("whsec_1", NOW, BODY));
    let spaced = [BODY, b" "].concat();
    let now = Timestamp::from_second(NOW).expect("in range");
    assert_eq!(verify(&spaced, Some(&header), &["whsec_1".to_owned()], now), Err(Unverified::Wrong));
}

#[test]
fn an_event_says_whose_it_is() {
    let event = |object: &str| {
        let body = format!(r#"{{"id":"evt_1","type":"x","livemode":false,"data":{{"object":{object}}}}}"#);
        Event::parse(body.as_bytes()).expect("an event")
    };
    let whose = |object: &str| format!("{:?}", event(object).whose());
    assert_eq!(whose(r#"{"id":"cus_1","object":"customer"}"#), r#"Customer("cus_1")"#);
    assert_eq!(whose(r#"{"id":"sub_1","object":"subscription","customer":"cus_2"}"#), r#"Customer("cus_2")"#);
    assert_eq!(whose(r#"{"object":"invoice","customer":{"id":"cus_3"}}"#), r#"Customer("cus_3")"#);
    assert_eq!(whose(r#"{"id":"dp_1","object":"dispute","charge":"ch_1"}"#), r#"Charge("ch_1")"#);
    assert_eq!(whose(r#"{"id":"cs_1","object":"checkout.session","customer":null}"#), "Nobody");
    for unreadable in ["null", "[]", r#"{"object":"invoice","customer":7}"#, r#"{"object":3}"#] {
        assert_eq!(whose(unreadable), "Unreadable", "{unreadable}");
    }
    assert!(!event("{}").is_known());
}
