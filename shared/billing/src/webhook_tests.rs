use super::*;

#[test]
fn the_customer_of_an_event_is_found_in_its_object() {
    let event = |object: &str| {
        let body = format!(r#"{{"id":"evt_1","type":"x","livemode":false,"data":{{"object":{object}}}}}"#);
        Event::parse(body.as_bytes()).expect("an event")
    };
    let owner = |object: &str| format!("{:?}", event(object).owner());
    assert_eq!(owner(r#"{"id":"cus_1","object":"customer"}"#), r#"Customer("cus_1")"#);
    assert_eq!(owner(r#"{"id":"sub_1","object":"subscription","customer":"cus_2"}"#), r#"Customer("cus_2")"#);
    assert_eq!(owner(r#"{"object":"invoice","customer":{"id":"cus_3"}}"#), r#"Customer("cus_3")"#);
    assert_eq!(owner(r#"{"id":"dp_1","object":"dispute","charge":"ch_1"}"#), r#"Charge("ch_1")"#);
    assert_eq!(owner(r#"{"id":"cs_1","object":"checkout.session","customer":null}"#), "Nobody");
    for unreadable in ["null", "[]", r#"{"object":"invoice","customer":7}"#, r#"{"object":3}"#] {
        assert_eq!(owner(unreadable), "Unreadable", "{unreadable}");
    }
    assert!(!event("{}").is_known());
}
