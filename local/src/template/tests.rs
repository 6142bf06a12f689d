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
fn a_functions_environment_is_resolved() {
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
    assert!(overridden("0").unwrap_err().to_string().contains("out of range"));
}

#[test]
fn policies_that_cannot_be_checked_exactly_are_refused() {
    assert!(problem("Action: dynamodb:GetItem", "Action: dynamodb:*").contains("does not name one action"));
    assert!(problem("Effect: Allow", "Effect: Deny").contains("`Allow`"));
    assert!(problem("- Statement:", "- DynamoDBReadPolicy:").contains("explicit statements"));
    assert!(
        problem("Effect: Allow", "Effect: Allow\n              Condition: {}").contains("LoginFunction.Policies[0]")
    );
    assert!(problem("[!GetAtt UsersTable.Arn, !Sub", "[\"*\", !Sub").contains("is not an ARN"));
}

/// [`SMALL`] with a managed policy that its function names in addition to its own statement.
fn with_managed(document: &str) -> Result<Template, TemplateError> {
    let managed = format!("  EveryPolicy: {{ Type: AWS::IAM::ManagedPolicy, Properties: {document} }}\n");
    parse(&(SMALL.replace("      Policies:\n", "      Policies:\n        - !Ref EveryPolicy\n") + &managed))
}

#[test]
fn a_managed_policy_of_the_template_counts_beside_a_functions_own_statements() {
    let template = with_managed(
        "{ PolicyDocument: { Statement: [{ Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt UsersTable.Arn }] } }",
    );
    let statements = &template.unwrap().functions["login"].statements;
    let policies: Vec<&str> = statements.iter().map(|statement| statement.policy.as_str()).collect();
    assert_eq!(policies, ["EveryPolicy", "LoginFunction"]);
    let demand = |action: &str| {
        let resource = "arn:aws:dynamodb:us-east-1:000000000000:table/users".to_owned();
        [crate::permissions::RequiredPermission { action: action.to_owned(), resource }]
    };
    for allowed in ["dynamodb:GetItem", "dynamodb:PutItem"] {
        assert!(crate::permissions::check(statements, &demand(allowed)).is_ok(), "{allowed}");
    }
    assert!(crate::permissions::check(statements, &demand("dynamodb:DeleteItem")).is_err(), "neither allows it");
    assert_eq!(parse(SMALL).unwrap().functions["login"].statements.len(), 1, "only what a function names counts");
}

#[test]
fn managed_policies_that_cannot_be_read_exactly_are_refused() {
    let refused = |document: &str| with_managed(document).expect_err("refused").to_string();
    let statement = |statement: &str| format!("{{ PolicyDocument: {{ Statement: [{statement}] }} }}");
    let own = "{ Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt UsersTable.Arn }";
    assert!(with_managed(&statement(own)).is_ok());
    for (from, to, why) in [
        ("Allow", "Deny", "EveryPolicy.PolicyDocument: only the effect `Allow`"),
        ("dynamodb:PutItem", "dynamodb:*", "EveryPolicy.PolicyDocument: the action `dynamodb:*`"),
        ("Effect", "Condition: {}, Effect", "EveryPolicy.PolicyDocument: `Condition`"),
        ("!GetAtt UsersTable.Arn", "'*'", "EveryPolicy.PolicyDocument: the resource `*`"),
    ] {
        let message = refused(&statement(&own.replace(from, to)));
        assert!(message.contains(why), "{message}");
    }
    let attached = statement(own).replace("{ PolicyDocument", "{ Roles: [other], PolicyDocument");
    assert!(refused(&attached).contains("EveryPolicy: `Roles`"));
    assert!(refused("{}").contains("explicit statements"));
    assert!(
        problem("- Statement:", "- !Ref UsersTable\n        - Statement:")
            .contains("not a managed policy of this template")
    );
    let aws_managed = problem("- Statement:", "- arn:aws:iam::aws:policy/AdministratorAccess\n        - Statement:");
    assert!(aws_managed.contains("not a managed policy of this template"), "{aws_managed}");
}

#[test]
fn unsupported_content_is_refused_by_name_and_place() {
    assert!(problem("Timeout: 10", "Layers: []").contains("Globals.Function: `Layers`"));
    assert!(problem("Type: HttpApi, ", "Type: SQS, ").contains("LoginFunction.Events.Route: events of type `SQS`"));
    assert!(problem("rate(5 minutes)", "rate(5 parsecs)").contains("rate(5 parsecs)"));
    assert!(problem("!Ref UsersTable", "!Ref UserTable").contains("LoginFunction.Environment.Variables.USERS_TABLE"));
    assert!(problem("!Ref UsersTable", "!ImportValue UsersTable").contains("`Fn::ImportValue`"));
    assert!(problem(", Condition: Never", "").contains("`AWS::Unheard::Of`"));
    assert!(problem("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable").contains("`AWS::DynamoDB::GlobalTable`"));
}

#[test]
fn the_services_template_is_supported() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template = Template::load(&file, &BTreeMap::new()).unwrap();
    assert!(template.functions.contains_key("register"));
}

#[test]
fn headers_of_the_web_app_are_read_and_unsupported_ones_refused() {
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
    assert!(refused.to_string().contains("`XSSProtection` is not supported"), "{refused}");
}

#[test]
fn patterns_of_pages_are_read_and_those_that_cannot_be_matched_refused() {
    let distribution = |pattern: &str| {
        let api = format!("PathPattern: {pattern}, TargetOriginId: api");
        let behaviors =
            format!("[{{ PathPattern: /api/*, TargetOriginId: api }}, {{ {api}, ResponseHeadersPolicyId: !Ref Web }}]");
        let properties = format!("{{ DistributionConfig: {{ CacheBehaviors: {behaviors} }} }}");
        parse(&format!("{SMALL}  Cdn: {{ Type: AWS::CloudFront::Distribution, Properties: {properties} }}\n"))
    };
    assert_eq!(distribution("/videos/*").unwrap().page_patterns, ["/videos/*"]);
    assert_eq!(distribution("/robots.txt").unwrap().page_patterns, ["/robots.txt"]);
    for pattern in ["'*.png'", "/a/*/b", "/a?", "videos/*"] {
        let refused = distribution(pattern).unwrap_err();
        assert!(refused.to_string().contains("is not supported"), "{refused}");
    }
}
