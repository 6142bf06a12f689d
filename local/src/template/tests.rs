use super::*;
use std::time::Duration;

const SMALL: &str = r#"
Parameters:
  WebOrigin: { Type: String, Default: "https://marquee.example" }
  Origins: { Type: CommaDelimitedList, Default: "https://a.example, https://b.example" }
  Limit: { Type: Number, Default: 10, MinValue: 1 }
Conditions:
  Never: !Equals [!Ref Limit, "0"]
Globals:
  Function:
    Timeout: 10
    Environment: { Variables: { WEB_ORIGIN: !Ref WebOrigin } }
Resources:
  HttpApi:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: !Ref Origins, AllowMethods: [GET], MaxAge: 600 }
  Absent: { Type: "AWS::Unheard::Of", Condition: Never }
  LoginFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: login } }
    Properties:
      Environment: { Variables: { USERS_TABLE: !Ref UsersTable, LIMIT: !Ref Limit } }
      Policies:
        - Statement:
            - Effect: Allow
              Action: dynamodb:GetItem
              Resource: [!GetAtt UsersTable.Arn, !Sub "${UsersTable.Arn}/index/*"]
      Events:
        Route: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: POST, Path: /api/login } }
        Timer: { Type: Schedule, Properties: { Schedule: rate(5 minutes) } }
  UsersTable:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
  StripeSecret: { Type: "AWS::SecretsManager::Secret", Properties: { Name: !Sub "${AWS::StackName}/stripe" } }
"#;

fn parse(text: &str) -> Result<Template, TemplateError> {
    Template::parse(text, &BTreeMap::new())
}

fn problem(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    parse(&SMALL.replace(from, to)).expect_err("refused").to_string()
}

#[test]
fn everything_a_function_is_told_is_resolved() {
    let template = parse(SMALL).unwrap();
    let login = &template.functions["login"];
    assert_eq!(login.routes, [Route::Path(Some(http::Method::POST), "/api/login".into())]);
    assert_eq!(login.environment["WEB_ORIGIN"], "https://marquee.example");
    assert_eq!(login.environment["USERS_TABLE"], "users");
    assert_eq!(login.environment["LIMIT"], "10");
    assert_eq!(login.timeout, Duration::from_secs(10));
    assert_eq!(login.schedules.len(), 1);
    let users = "arn:aws:dynamodb:us-east-1:000000000000:table/users";
    assert_eq!(login.statements[0].resources, [users.to_owned(), format!("{users}/index/*")]);
    assert_eq!(template.tables[0].ttl.as_deref(), Some("ttl"));
    assert_eq!(template.secrets[0].name, "marquee/stripe");
    assert_eq!(template.gateway.cors.unwrap().allow_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn a_parameter_is_overridden_by_its_exact_name_and_checked() {
    let overridden = |value: &str| Template::parse(SMALL, &BTreeMap::from([("Limit".to_owned(), value.to_owned())]));
    assert_eq!(overridden("25").unwrap().functions["login"].environment["LIMIT"], "25");
    assert!(overridden("many").unwrap_err().to_string().contains("Parameters.Limit"));
    assert!(overridden("0").unwrap_err().to_string().contains("out of its range"));
}

#[test]
fn policies_that_cannot_be_checked_exactly_are_refused() {
    assert!(problem("Action: dynamodb:GetItem", "Action: dynamodb:*").contains("does not name one action"));
    assert!(problem("Effect: Allow", "Effect: Deny").contains("`Allow`"));
    assert!(problem("- Statement:", "- DynamoDBReadPolicy:").contains("written out as statements"));
    assert!(
        problem("Effect: Allow", "Effect: Allow\n              Condition: {}").contains("LoginFunction.Policies[0]")
    );
    assert!(problem("[!GetAtt UsersTable.Arn, !Sub", "[\"*\", !Sub").contains("is not an ARN"));
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_place() {
    assert!(problem("Timeout: 10", "Layers: []").contains("Globals.Function: `Layers`"));
    assert!(problem("Type: HttpApi, ", "Type: SQS, ").contains("LoginFunction.Events.Route: events of type `SQS`"));
    assert!(problem("rate(5 minutes)", "rate(5 parsecs)").contains("rate(5 parsecs)"));
    assert!(problem("!Ref UsersTable", "!Ref UserTable").contains("LoginFunction.Environment.Variables.USERS_TABLE"));
    assert!(problem("!Ref UsersTable", "!ImportValue UsersTable").contains("`Fn::ImportValue`"));
    assert!(problem(", Condition: Never", "").contains("`AWS::Unheard::Of`"));
    assert!(problem("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").contains("`AWS::DynamoDB::GlobalTable`"));
}

#[test]
fn the_template_of_the_service_is_understood() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = Template::load(&file, &BTreeMap::new()).unwrap();
    assert!(template.functions.contains_key("register"));
}

#[test]
fn headers_of_the_web_app_are_read_and_those_that_are_unknown_refused() {
    let policy = |security: &str| {
        let settings = format!("{{ ResponseHeadersPolicyConfig: {{ Name: web, SecurityHeadersConfig: {security} }} }}");
        parse(&format!("{SMALL}  Web: {{ Type: AWS::CloudFront::ResponseHeadersPolicy, Properties: {settings} }}\n"))
    };
    let template = policy(
        r#"{ ContentSecurityPolicy: { ContentSecurityPolicy: !Sub "connect-src ${WebOrigin}", Override: true },
             StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Override: true } }"#,
    );
    let headers = template.unwrap().web_headers;
    assert!(headers.contains(&("content-security-policy", "connect-src https://marquee.example".to_owned())));
    assert!(headers.contains(&("strict-transport-security", "max-age=60; includeSubDomains".to_owned())));
    let refused = policy("{ XSSProtection: { Protection: true, Override: true } }").unwrap_err();
    assert!(refused.to_string().contains("`XSSProtection` is unknown here"), "{refused}");
}
