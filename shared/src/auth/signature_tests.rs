use super::*;

const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;
const NOW: i64 = 1_800_000_000;

fn sign(secret: &str, time: i64, body: &[u8]) -> String {
    hex::encode(mac(secret, &time.to_string(), body).finalize().into_bytes())
}

fn verify_header(header: &str, secrets: &[&str]) -> Result<(), Unverified> {
    let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    verify(BODY, Some(header), &secrets, Timestamp::from_second(NOW).expect("in range"))
}

#[test]
fn a_signature_of_any_active_secret_is_enough() {
    let (old, new) = (sign("whsec_old", NOW, BODY), sign("whsec_new", NOW, BODY));
    let rotating = format!("t={NOW},v1={old},v1={new},v0={}", "0".repeat(64));
    assert_eq!(verify_header(&format!("t={NOW},v1={old}"), &["whsec_old"]), Ok(()));
    assert_eq!(verify_header(&rotating, &["whsec_new"]), Ok(()));
    assert_eq!(verify_header(&rotating, &["whsec_old"]), Ok(()));
    assert_eq!(verify_header(&format!("t={NOW},v1={old}"), &["whsec_new", "whsec_old"]), Ok(()));
    assert_eq!(verify_header(&format!("t={NOW},v1={},v1={new}", "0".repeat(64)), &["whsec_new"]), Ok(()));
}

#[test]
fn a_withdrawn_secret_signs_nothing_any_more() {
    let old = sign("whsec_old", NOW, BODY);
    assert_eq!(verify_header(&format!("t={NOW},v1={old}"), &["whsec_new"]), Err(Unverified::Wrong));
}

#[test]
fn everything_is_refused_while_no_secret_is_set() {
    let by_nothing = sign("", NOW, BODY);
    for secrets in [&[][..], &[""], &["  "]] {
        assert_eq!(verify_header(&format!("t={NOW},v1={by_nothing}"), secrets), Err(Unverified::NoSecret));
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
        format!("t={NOW},v1={right},v0={}", "x".repeat(1_100)),
    ] {
        assert_eq!(verify_header(&malformed, &["whsec_1"]), Err(Unverified::Malformed), "{malformed}");
    }
    for wrong in [&right[..62], &right[..32], "", "zz", &"0".repeat(64), &format!("{right}00")] {
        assert_eq!(verify_header(&format!("t={NOW},v1={wrong}"), &["whsec_1"]), Err(Unverified::Wrong), "{wrong}");
    }
    assert_eq!(verify(BODY, None, &["whsec_1".to_owned()], Timestamp::UNIX_EPOCH), Err(Unverified::Malformed));
    assert_eq!(verify_header(&format!("t={},v1={right}", NOW + 1), &["whsec_1"]), Err(Unverified::Wrong));
    assert_eq!(verify_header(&format!("t={}9,v1={right}", u64::MAX), &["whsec_1"]), Err(Unverified::Malformed));
}

#[test]
fn a_signature_is_valid_within_its_tolerance() {
    for (off, expected) in [
        (299, Ok(())),
        (300, Ok(())),
        (301, Err(Unverified::OutOfTime)),
        (-299, Ok(())),
        (-300, Ok(())),
        (-301, Err(Unverified::OutOfTime)),
    ] {
        let time = NOW + off;
        assert_eq!(
            verify_header(&format!("t={time},v1={}", sign("whsec_1", time, BODY)), &["whsec_1"]),
            expected,
            "{off}"
        );
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
fn only_a_missing_or_wrong_secret_may_have_been_rotated() {
    assert!(Unverified::Wrong.may_be_rotated() && Unverified::NoSecret.may_be_rotated());
    assert!(!Unverified::Malformed.may_be_rotated() && !Unverified::OutOfTime.may_be_rotated());
}
