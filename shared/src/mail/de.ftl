# Die Texte der E-Mails auf Deutsch, in der Anrede „Sie“. Was ein Attribut bedeutet, steht in en.ftl.

greeting = Guten Tag,
greeting_by_name = Guten Tag { $name },

date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
moment = { date } um { $time } Uhr (UTC)

reset_password =
    .subject = Ihr Passwort für { $service } zurücksetzen
    .request = Für Ihr Konto bei { $service } wurde ein neues Passwort angefordert. Hier können Sie es festlegen:
    .action = Neues Passwort festlegen
    .validity =
        Der Link funktioniert einmal und läuft in { $minutes ->
            [one] { $minutes } Minute
           *[other] { $minutes } Minuten
        } ab. Mit dem neuen Passwort werden Sie auf allen Geräten abgemeldet.
    .not_you = Falls Sie das nicht waren, können Sie diese E-Mail ignorieren. Ihr Passwort bleibt unverändert.

password_changed =
    .subject = Ihr Passwort für { $service } wurde geändert
    .changed = Das Passwort für Ihr Konto bei { $service } wurde am { $at } geändert.
    .devices = Auf allen anderen Geräten haben wir Sie abgemeldet. Wenn Sie das waren, brauchen Sie nichts weiter zu tun.
    .not_you = Falls Sie das nicht waren, kennt möglicherweise jemand anderes Ihr Passwort. Legen Sie jetzt ein neues fest; damit werden alle Geräte abgemeldet.
    .action = Neues Passwort festlegen

password_reset =
    .subject = Ihr Passwort für { $service } wurde zurückgesetzt
    .reset = Das Passwort für Ihr Konto bei { $service } wurde am { $at } über einen Link zurückgesetzt, den wir Ihnen per E-Mail geschickt haben.
    .devices = Auf allen Geräten haben wir Sie abgemeldet. Wenn Sie das waren, melden Sie sich einfach wieder an.
    .not_you = Falls Sie das nicht waren, kann möglicherweise jemand anderes Ihre E-Mails lesen. Sichern Sie zuerst Ihr E-Mail-Konto und legen Sie dann ein neues Passwort fest.
    .action = Neues Passwort festlegen

new_device =
    .subject = Neue Anmeldung bei { $service }
    .sign_in = Am { $at } hat sich jemand mit einem neuen Gerät in Ihrem Konto bei { $service } angemeldet:
    .device =
        { $named ->
            [yes] { $device }
           *[no] Unbekanntes Gerät
        }
    .you = Wenn Sie das waren, brauchen Sie nichts zu tun.
    .not_you = Falls Sie das nicht waren, kennt möglicherweise jemand anderes Ihr Passwort. Legen Sie jetzt ein neues fest; damit werden alle Geräte abgemeldet.
    .action = Neues Passwort festlegen

verify_email =
    .subject = Bitte bestätigen Sie Ihre E-Mail-Adresse für { $service }
    .request = Willkommen bei { $service }. Bitte bestätigen Sie, dass dies Ihre E-Mail-Adresse ist:
    .action = E-Mail-Adresse bestätigen
    .validity =
        Der Link funktioniert einmal und läuft in { $minutes ->
            [one] { $minutes } Minute
           *[other] { $minutes } Minuten
        } ab. Auf Ihrer Kontoseite können Sie einen neuen anfordern.
    .not_you = Falls Sie kein Konto angelegt haben, können Sie diese E-Mail ignorieren.

confirm_new_email =
    .subject = Bitte bestätigen Sie Ihre neue E-Mail-Adresse für { $service }
    .request = Sie möchten diese E-Mail-Adresse für Ihr Konto bei { $service } verwenden. Bitte bestätigen Sie sie:
    .action = E-Mail-Adresse bestätigen
    .validity =
        Der Link funktioniert einmal und läuft in { $minutes ->
            [one] { $minutes } Minute
           *[other] { $minutes } Minuten
        } ab. Bis zur Bestätigung behält Ihr Konto seine bisherige Adresse.
    .not_you = Falls Sie das nicht waren, können Sie diese E-Mail ignorieren.

email_change_requested =
    .subject = Ihre E-Mail-Adresse bei { $service } soll geändert werden
    .requested = Am { $at } hat jemand, der bei Ihrem Konto von { $service } angemeldet ist und das Passwort kennt, eine andere E-Mail-Adresse eingegeben. Sobald sie bestätigt ist, gilt sie für das Konto.
    .you = Wenn Sie das waren, brauchen Sie hier nichts zu tun.
    .not_you = Falls Sie das nicht waren, legen Sie jetzt ein neues Passwort fest. Damit wird die Änderung abgebrochen, und alle Geräte werden abgemeldet.
    .action = Neues Passwort festlegen

email_changed =
    .subject = Ihre E-Mail-Adresse bei { $service } wurde geändert
    .changed = Die E-Mail-Adresse Ihres Kontos bei { $service } wurde am { $at } geändert. Mit dieser Adresse können Sie sich nicht mehr anmelden.
    .not_you = Falls Sie das nicht veranlasst haben, antworten Sie auf diese E-Mail, damit wir Ihnen helfen können.

account_deleted =
    .subject = Ihr Konto bei { $service } wurde gelöscht
    .deleted = Wir haben Ihr Konto bei { $service } am { $at } wie gewünscht gelöscht. Es wird nichts mehr abgebucht.
    .erased =
        { $counted ->
            [yes]
                Mit dem Konto gelöscht: { $sessions ->
                    [one] { $sessions } Anmeldung
                   *[other] { $sessions } Anmeldungen
                }, { $devices ->
                    [one] { $devices } bekanntes Gerät
                   *[other] { $devices } bekannte Geräte
                }, { $history ->
                    [one] { $history } Titel im Verlauf
                   *[other] { $history } Titel im Verlauf
                }, { $watchlist ->
                    [one] { $watchlist } Titel auf der Merkliste
                   *[other] { $watchlist } Titel auf der Merkliste
                }.
           *[no] { "" }
        }
    .not_you = Falls Sie das nicht waren, kannte jemand anderes Ihr Passwort. Ändern Sie es überall, wo Sie es sonst noch verwenden, und antworten Sie auf diese E-Mail, damit wir Ihnen helfen können.
    .thanks = Vielen Dank, dass Sie bei uns waren. Sie sind jederzeit wieder willkommen.

trial_ending =
    .subject = Ihre Testphase bei { $service } endet bald
    .end = Ihre kostenlose Testphase für { $service } endet am { $end }.
    .price =
        Danach kostet { $service } { $plan } { $price } { $interval ->
            [year] im Jahr
           *[month] im Monat
        }{ $discounted ->
            [yes] , abzüglich Ihres Rabatts
           *[no] { "" }
        }. Den Betrag buchen wir über Ihre hinterlegte Zahlungsart ab.
    .action = Abo verwalten
    .cancel = Wenn Sie nicht weitermachen möchten, kündigen Sie einfach vorher. Dann wird nichts abgebucht.

subscription_cancelled =
    .subject = Ihr Abo bei { $service } ist gekündigt
    .end =
        { $access ->
            [open] Sie können noch bis zum { $until } weiterschauen.
            [shorter] Sie können noch bis zum { $until } weiterschauen. Ihr Abo endet am { $end }.
           *[paused] Die Wiedergabe ist pausiert, und Ihr Abo endet am { $end }.
        } { $charges ->
            [renewing] Bis dahin verlängert sich Ihr Abo wie gewohnt.
            [due] Ihre Zahlung von { $amount } ist noch offen. Darüber hinaus wird nichts mehr abgebucht.
            [due_renewing] Ihre Zahlung von { $amount } ist noch offen, und bis dahin verlängert sich Ihr Abo wie gewohnt.
           *[none] Es wird nichts mehr abgebucht.
        }
    .action = Abo behalten
    .resume = Sie haben es sich anders überlegt? Bis zum Ende Ihres Abos können Sie es jederzeit fortsetzen.

payment_to_confirm =
    .subject = Bitte bestätigen Sie Ihre Zahlung an { $service }
    .bank = Ihre Bank bittet Sie, die Zahlung von { $amount } für den nächsten Abrechnungszeitraum zu bestätigen.
    .action = Zahlung bestätigen
    .access =
        { $access ->
            [open] Sie können noch bis zum { $until } weiterschauen.
           *[paused] Die Wiedergabe ist pausiert, bis die Zahlung eingegangen ist.
        } Damit Ihr Abo weiterläuft, bestätigen Sie die Zahlung oder verwenden Sie eine andere Karte.

plan_scheduled =
    .subject = Ihr Tarif bei { $service } ändert sich
    .change =
        Am { $start } wechselt Ihr Tarif zu { $service } { $plan } mit { $interval ->
            [year] jährlicher
           *[month] monatlicher
        } Abrechnung.
    .until = Bis dahin bleibt alles, wie es ist.
    .action = Abo verwalten

plan_changed =
    .subject = Ihr Tarif bei { $service } wurde geändert
    .change =
        Ab sofort gilt für Sie { $service } { $plan } mit { $interval ->
            [year] jährlicher
           *[month] monatlicher
        } Abrechnung.
    .action = Abo verwalten

refunded =
    .subject = Ihre Erstattung von { $service }
    .amount = Wir haben Ihnen { $amount } erstattet.
    .wait = Es kann einige Tage dauern, bis der Betrag auf Ihrem Konto erscheint.
    .action = Zahlungen ansehen

receipt =
    .subject = Ihr Zahlungsbeleg von { $service }
    .paid =
        Vielen Dank! Wir haben Ihre Zahlung von { $amount } für { $planned ->
            [yes] { $service } { $plan }
           *[no] { $service }
        } erhalten.
    .next =
        { $next ->
            [due] Die nächste Zahlung ist am { $date } fällig.
            [none] Ihr Abo ist bis zum { $date } bezahlt. Danach wird nichts mehr abgebucht.
           *[unknown] { "" }
        }
    .number =
        { $numbered ->
            [yes] Ihre Rechnungsnummer lautet { $number }.
           *[no] { "" }
        }
    .action =
        { $invoice ->
            [pdf] Rechnung herunterladen (PDF)
           *[page] Zahlungen ansehen
        }

payment_declined =
    .subject = Ihre Zahlung an { $service } ist fehlgeschlagen
    .declined = Ihre Karte wurde abgelehnt, als wir { $amount } für den nächsten Abrechnungszeitraum abbuchen wollten.
    .access =
        { $then ->
            [ended] Ihr Abo ist beendet, und wir versuchen keine weitere Abbuchung.
            [settled] Die Zahlung hat sich inzwischen erledigt. Sie müssen nichts weiter tun.
           *[due]
                { $access ->
                    [open] Sie können noch bis zum { $until } weiterschauen.
                   *[paused] Die Wiedergabe ist pausiert, bis die Zahlung eingegangen ist.
                } { $then ->
                    [retried] Wir versuchen es in den nächsten Tagen noch einmal. Bitte prüfen Sie Ihre Karte oder verwenden Sie eine andere.
                   *[not_retried] Damit Ihr Abo weiterläuft, bezahlen Sie bitte mit einer anderen Karte.
                }
        }
    .action = Abo verwalten

billing_paused =
    .subject = Die Abrechnung bei { $service } ist pausiert
    .paused =
        { $limited ->
            [yes] Die Abrechnung Ihres Abos ist bis zum { $until } pausiert.
           *[no] Die Abrechnung Ihres Abos ist pausiert.
        }
    .access = In dieser Zeit wird nichts abgebucht, und Titel Ihres Tarifs können erst danach wieder abgespielt werden.
    .action = Abo verwalten
    .unexpected = Wenn Sie das nicht erwartet haben, antworten Sie auf diese E-Mail, damit wir Ihnen helfen können.

billing_resumed =
    .subject = Die Abrechnung bei { $service } läuft wieder
    .resumed = Die Abrechnung Ihres Abos läuft wieder, und Sie können die Titel Ihres Tarifs wieder ansehen.
    .action = Abo verwalten

duplicate_cancelled =
    .subject = Wir haben Ihr zweites Abo bei { $service } beendet
    .cancelled = Sie hatten zwei Abos. Deshalb haben wir das neuere beendet und Ihnen den dafür gezahlten Betrag erstattet.
    .kept = Ihr erstes Abo läuft unverändert weiter.

subscription_ended =
    .subject = Ihr Abo bei { $service } ist beendet
    .ended = Ihr Abo ist beendet. Es wird nichts mehr abgebucht.
    .back = Sie sind jederzeit wieder willkommen.
    .action = Tarife ansehen
