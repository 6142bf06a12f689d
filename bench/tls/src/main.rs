//! get-me, except that its calls to AWS trust the certificates in the file `ROOTS`. `make bench` starts it in front of a TLS endpoint of
//! its own, to measure what the first handshake adds to a start.
#![expect(clippy::disallowed_methods, reason = "a program of the benchmark, with a setting of its own")]

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let file = std::env::var("ROOTS").map_err(|_| "ROOTS is not set: the file of certificates to trust")?;
    let roots = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    shared::lambda::run_trusting::<get_me::GetMe>(roots).await
}
