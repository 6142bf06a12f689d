//! The functions, one line each: the very types that the Lambdas run, linked into this process.

use futures::future::BoxFuture;
use shared::lambda::{Mounted, MountedJob, mount, mount_job};
use shared::services::{ConfigError, Services};

/// Builds an endpoint from what the template gives it.
pub type MountEndpoint = for<'a> fn(&'a Services) -> BoxFuture<'a, Result<Mounted, ConfigError>>;
/// Builds a job from what the template gives it.
pub type MountJob = for<'a> fn(&'a Services) -> BoxFuture<'a, Result<MountedJob, ConfigError>>;
/// Describes an endpoint for the API document.
pub type Describe = fn(&mut schemars::SchemaGenerator) -> shared::openapi::Operation;

macro_rules! functions {
    (endpoints { $($endpoint:literal => $endpoint_type:ty,)* } jobs { $($job:literal => $job_type:ty,)* }) => {
        /// Every function with a route, by name.
        pub const ENDPOINTS: &[(&str, MountEndpoint)] =
            &[$(($endpoint, |services| Box::pin(mount::<$endpoint_type>(services)))),*];
        /// What the API document says of each, by name.
        pub const DESCRIPTIONS: &[(&str, Describe)] =
            &[$(($endpoint, shared::openapi::describe::<$endpoint_type>)),*];
        /// Every function without one, by name.
        pub const JOBS: &[(&str, MountJob)] = &[$(($job, |services| Box::pin(mount_job::<$job_type>(services)))),*];
    };
}

functions! {
    endpoints {
        "cancel-subscription" => cancel_subscription::CancelSubscription,
        "change-password" => change_password::ChangePassword,
        "change-plan" => change_plan::ChangePlan,
        "comp-member" => comp_member::CompMember,
        "continue-watching" => continue_watching::ContinueWatching,
        "create-checkout" => create_checkout::CreateCheckout,
        "create-portal" => create_portal::CreatePortal,
        "create-video" => create_video::CreateVideo,
        "delete-account" => delete_account::DeleteAccount,
        "delete-video" => delete_video::DeleteVideo,
        "forgot-password" => forgot_password::ForgotPassword,
        "get-me" => get_me::GetMe,
        "get-member" => get_member::GetMember,
        "get-metrics" => get_metrics::GetMetrics,
        "get-subscription" => get_subscription::GetSubscription,
        "get-video" => get_video::GetVideo,
        "health" => health::Health,
        "list-all-videos" => list_all_videos::ListAllVideos,
        "list-audit" => list_audit::ListAudit,
        "list-billing-events" => list_billing_events::ListBillingEvents,
        "list-categories" => list_categories::ListCategories,
        "list-invoices" => list_invoices::ListInvoices,
        "list-members" => list_members::ListMembers,
        "list-plans" => list_plans::ListPlans,
        "list-playback" => list_playback::ListPlayback,
        "list-sessions" => list_sessions::ListSessions,
        "list-videos" => list_videos::ListVideos,
        "login" => login::Login,
        "logout" => logout::Logout,
        "mux-webhook" => mux_webhook::MuxWebhook,
        "no-route" => no_route::NoRoute,
        "openapi" => openapi::Openapi,
        "play-video" => play_video::PlayVideo,
        "preview-change" => preview_change::PreviewChange,
        "reconcile-billing" => reconcile_billing::ReconcileBilling,
        "refresh-token" => refresh_token::RefreshToken,
        "refund-payment" => refund_payment::RefundPayment,
        "register" => register::Register,
        "replay-billing-event" => replay_billing_event::ReplayBillingEvent,
        "reset-password" => reset_password::ResetPassword,
        "resume-subscription" => resume_subscription::ResumeSubscription,
        "revoke-session" => revoke_session::RevokeSession,
        "stop-playback" => stop_playback::StopPlayback,
        "stripe-webhook" => stripe_webhook::StripeWebhook,
        "update-progress" => update_progress::UpdateProgress,
        "update-video" => update_video::UpdateVideo,
    }
    jobs {
        "count-metrics" => count_metrics::CountMetrics,
        "finish-deletions" => finish_deletions::FinishDeletions,
        "grant-admin" => grant_admin::GrantAdmin,
        "rank-videos" => rank_videos::RankVideos,
        "reconcile-nightly" => reconcile_nightly::ReconcileNightly,
        "renew-images" => renew_images::RenewImages,
        "send-mail" => send_mail::SendMail,
    }
}
