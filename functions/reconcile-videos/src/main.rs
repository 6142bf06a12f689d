//! The Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::run_job::<reconcile_videos::ReconcileVideos>().await
}
