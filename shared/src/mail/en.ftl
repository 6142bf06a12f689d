# The texts of mail in English, which every other catalogue translates. It uses Project Fluent's syntax.
#
# An email is a message with the id of its content. Its attributes are, in reading order: the subject, paragraphs, the label
# of the button (`.action`), and more paragraphs. Empty paragraphs are left out. A subject has only the variable { $service }.

greeting = Hello,
greeting_by_name = Hello { $name },

date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
# A time of day, in 24 hours: 14:05.
moment = { date } at { $time } UTC

reset_password =
    .subject = Reset your { $service } password
    .request = We received a request to reset the password of your { $service } account. Choose a new password here:
    .action = Choose a new password
    .validity =
        This link works once and expires in { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. Choosing a new password signs you out of all your devices.
    .not_you = If you didn’t ask for this, you can ignore this email. Your password stays the same.

password_changed =
    .subject = Your { $service } password was changed
    .changed = The password of your { $service } account was changed on { $at }.
    .devices = We signed you out of all your other devices. If you made this change, there’s nothing else to do.
    .not_you = If this wasn’t you, someone else may know your password. Choose a new one now, and every device will be signed out.
    .action = Choose a new password

password_reset =
    .subject = Your { $service } password was reset
    .reset = The password of your { $service } account was reset on { $at } with a link that we emailed to you.
    .devices = We signed you out of all your devices. If this was you, just sign in again.
    .not_you = If this wasn’t you, someone else may be able to read your email. Secure your email account first, then choose a new password.
    .action = Choose a new password

new_device =
    .subject = New sign-in to your { $service } account
    .sign_in = Someone signed in to your { $service } account on { $at } from a new device:
    .device =
        { $named ->
            [yes] { $device }
           *[no] Unknown device
        }
    .you = If this was you, there’s nothing to do.
    .not_you = If this wasn’t you, someone else may know your password. Choose a new one now, and every device will be signed out.
    .action = Choose a new password

verify_email =
    .subject = Confirm your email address for { $service }
    .request = Welcome to { $service }. Please confirm that this is your email address:
    .action = Confirm email address
    .validity =
        This link works once and expires in { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. You can request a new one on your account page.
    .not_you = If you didn’t create an account, you can ignore this email.

confirm_new_email =
    .subject = Confirm your new email address for { $service }
    .request = You asked to use this email address for your { $service } account. Please confirm it:
    .action = Confirm email address
    .validity =
        This link works once and expires in { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. Until you confirm, your account keeps its current address.
    .not_you = If you didn’t ask for this, you can ignore this email.

email_change_requested =
    .subject = Your { $service } email address is about to change
    .requested = On { $at }, someone who was signed in to your { $service } account and entered its password asked to change the email address. The change takes effect once the new address is confirmed.
    .you = If this was you, there’s nothing to do here.
    .not_you = If this wasn’t you, choose a new password now. That cancels the change and signs you out of all your devices.
    .action = Choose a new password

email_changed =
    .subject = Your { $service } email address was changed
    .changed = The email address of your { $service } account was changed on { $at }. You can no longer sign in with this address.
    .not_you = If you didn’t ask for this, reply to this email so that we can help.

account_deleted =
    .subject = Your { $service } account was deleted
    .deleted = We deleted your { $service } account on { $at }, as you asked. You won’t be charged again.
    .erased =
        { $counted ->
            [yes]
                Deleted with it: { $sessions ->
                    [one] { $sessions } sign-in
                   *[other] { $sessions } sign-ins
                }, { $devices ->
                    [one] { $devices } known device
                   *[other] { $devices } known devices
                }, { $history ->
                    [one] { $history } title in your watch history
                   *[other] { $history } titles in your watch history
                }, { $watchlist ->
                    [one] { $watchlist } title on your watchlist
                   *[other] { $watchlist } titles on your watchlist
                }.
           *[no] { "" }
        }
    .not_you = If this wasn’t you, someone else knew your password. Change it wherever else you use it, and reply to this email so that we can help.
    .thanks = Thank you for watching with us. You’re welcome back any time.

trial_ending =
    .subject = Your { $service } trial ends soon
    .end = Your free trial of { $service } ends on { $end }.
    .price =
        After that, { $service } { $plan } costs { $price } { $interval ->
            [year] a year
           *[month] a month
        }{ $discounted ->
            [yes] , less your discount
           *[no] { "" }
        }. We’ll charge the payment method on your account.
    .action = Manage subscription
    .cancel = If you don’t want to continue, cancel before then and you won’t be charged.

subscription_cancelled =
    .subject = Your { $service } subscription is cancelled
    .end =
        { $access ->
            [open] You can keep watching until { $until }.
            [shorter] You can keep watching until { $until }. Your subscription ends on { $end }.
           *[paused] Playback is paused, and your subscription ends on { $end }.
        } { $charges ->
            [renewing] Your subscription renews as usual until then.
            [due] Your payment of { $amount } is still due. Apart from that, you won’t be charged again.
            [due_renewing] Your payment of { $amount } is still due, and your subscription renews as usual until then.
           *[none] You won’t be charged again.
        }
    .action = Keep my subscription
    .resume = Changed your mind? You can resume your subscription until it ends.

payment_to_confirm =
    .subject = Please confirm your payment to { $service }
    .bank = Your bank needs you to confirm the payment of { $amount } for your next billing period.
    .action = Confirm payment
    .access =
        { $access ->
            [open] You can keep watching until { $until }.
           *[paused] Playback is paused until the payment is complete.
        } To stay subscribed, confirm the payment or use another card.

plan_scheduled =
    .subject = Your { $service } plan will change
    .change =
        On { $start }, your plan changes to { $service } { $plan }, billed { $interval ->
            [year] yearly
           *[month] monthly
        }.
    .until = Nothing changes until then.
    .action = Manage subscription

plan_changed =
    .subject = Your { $service } plan has changed
    .change =
        You’re now on { $service } { $plan }, billed { $interval ->
            [year] yearly
           *[month] monthly
        }.
    .action = Manage subscription

refunded =
    .subject = Your refund from { $service }
    .amount = We’ve refunded { $amount } to you.
    .wait = It may take a few days to appear on your statement.
    .action = View payments

receipt =
    .subject = Your receipt from { $service }
    .paid =
        Thank you! We received your payment of { $amount } for { $planned ->
            [yes] { $service } { $plan }
           *[no] { $service }
        }.
    .next =
        { $next ->
            [due] Your next payment is due on { $date }.
            [none] Your subscription is paid until { $date }. You won’t be charged again.
           *[unknown] { "" }
        }
    .number =
        { $numbered ->
            [yes] Your invoice number is { $number }.
           *[no] { "" }
        }
    .action =
        { $invoice ->
            [pdf] Download invoice (PDF)
           *[page] View payments
        }

payment_declined =
    .subject = Your payment to { $service } didn’t go through
    .declined = Your card was declined when we tried to charge { $amount } for your next billing period.
    .access =
        { $then ->
            [ended] Your subscription has ended, and we won’t try to charge you again.
            [settled] This payment has since been settled, so there’s nothing else to do.
           *[due]
                { $access ->
                    [open] You can keep watching until { $until }.
                   *[paused] Playback is paused until the payment is complete.
                } { $then ->
                    [retried] We’ll try again over the next few days. Please check your card or use another one.
                   *[not_retried] To stay subscribed, please pay with another card.
                }
        }
    .action = Manage subscription

billing_paused =
    .subject = Billing for { $service } is paused
    .paused =
        { $limited ->
            [yes] Billing for your subscription is paused until { $until }.
           *[no] Billing for your subscription is paused.
        }
    .access = You won’t be charged while it’s paused, and titles in your plan can’t be played until it resumes.
    .action = Manage subscription
    .unexpected = If you didn’t expect this, reply to this email so that we can help.

billing_resumed =
    .subject = Billing for { $service } has resumed
    .resumed = Billing for your subscription has resumed, and you can watch the titles in your plan again.
    .action = Manage subscription

duplicate_cancelled =
    .subject = We cancelled your second { $service } subscription
    .cancelled = You had two subscriptions, so we cancelled the newer one and refunded what you paid for it.
    .kept = Your first subscription continues as before.

subscription_ended =
    .subject = Your { $service } subscription has ended
    .ended = Your subscription has ended. You won’t be charged again.
    .back = You’re welcome back any time.
    .action = See plans
