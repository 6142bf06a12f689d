# Les textes des e-mails en français ; on y vouvoie. Le sens des attributs est expliqué dans en.ftl.

greeting = Bonjour,
greeting_by_name = Bonjour { $name },

date = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
moment = { date } à { $time } (UTC)

reset_password =
    .subject = Réinitialisez votre mot de passe { $service }
    .request = Nous avons reçu une demande de réinitialisation du mot de passe de votre compte { $service }. Choisissez-en un nouveau ici :
    .action = Choisir un nouveau mot de passe
    .validity =
        Ce lien ne fonctionne qu’une fois et expire dans { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. Dès que vous aurez choisi un nouveau mot de passe, tous vos appareils seront déconnectés.
    .not_you = Si vous n’êtes pas à l’origine de cette demande, ignorez cet e-mail. Votre mot de passe reste inchangé.

password_changed =
    .subject = Votre mot de passe { $service } a été modifié
    .changed = Le mot de passe de votre compte { $service } a été modifié le { $at }.
    .devices = Tous vos autres appareils ont été déconnectés. Si vous êtes à l’origine de ce changement, vous n’avez rien d’autre à faire.
    .not_you = Si ce n’était pas vous, quelqu’un connaît peut-être votre mot de passe. Choisissez-en un nouveau dès maintenant : tous les appareils seront déconnectés.
    .action = Choisir un nouveau mot de passe

password_reset =
    .subject = Votre mot de passe { $service } a été réinitialisé
    .reset = Le mot de passe de votre compte { $service } a été réinitialisé le { $at } grâce à un lien envoyé par e-mail.
    .devices = Tous vos appareils ont été déconnectés. Si c’était vous, il vous suffit de vous reconnecter.
    .not_you = Si ce n’était pas vous, quelqu’un a peut-être accès à votre messagerie. Sécurisez-la d’abord, puis choisissez un nouveau mot de passe.
    .action = Choisir un nouveau mot de passe

new_device =
    .subject = Nouvelle connexion à votre compte { $service }
    .sign_in = Quelqu’un s’est connecté à votre compte { $service } le { $at } depuis un nouvel appareil :
    .device =
        { $named ->
            [yes] { $device }
           *[no] Appareil inconnu
        }
    .you = Si c’était vous, vous n’avez rien à faire.
    .not_you = Si ce n’était pas vous, quelqu’un connaît peut-être votre mot de passe. Choisissez-en un nouveau dès maintenant : tous les appareils seront déconnectés.
    .action = Choisir un nouveau mot de passe

verify_email =
    .subject = Confirmez votre adresse e-mail pour { $service }
    .request = Bienvenue chez { $service }. Veuillez confirmer que cette adresse e-mail est la vôtre :
    .action = Confirmer l’adresse e-mail
    .validity =
        Ce lien ne fonctionne qu’une fois et expire dans { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. Vous pouvez en demander un nouveau sur la page de votre compte.
    .not_you = Si vous n’avez pas créé de compte, ignorez cet e-mail.

confirm_new_email =
    .subject = Confirmez votre nouvelle adresse e-mail pour { $service }
    .request = Vous avez demandé à utiliser cette adresse e-mail pour votre compte { $service }. Veuillez la confirmer :
    .action = Confirmer l’adresse e-mail
    .validity =
        Ce lien ne fonctionne qu’une fois et expire dans { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        }. Tant que vous ne l’avez pas confirmée, votre compte garde son adresse actuelle.
    .not_you = Si vous n’êtes pas à l’origine de cette demande, ignorez cet e-mail.

email_change_requested =
    .subject = Votre adresse e-mail { $service } va changer
    .requested = Le { $at }, une personne connectée à votre compte { $service } et qui en connaît le mot de passe a saisi une autre adresse e-mail. Le compte utilisera cette adresse dès qu’elle sera confirmée.
    .you = Si c’était vous, vous n’avez rien à faire ici.
    .not_you = Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe. Cela annule le changement et déconnecte tous vos appareils.
    .action = Choisir un nouveau mot de passe

email_changed =
    .subject = Votre adresse e-mail { $service } a été modifiée
    .changed = L’adresse e-mail de votre compte { $service } a été modifiée le { $at }. Vous ne pouvez plus vous connecter avec cette adresse.
    .not_you = Si vous n’êtes pas à l’origine de ce changement, répondez à cet e-mail pour que nous puissions vous aider.

account_deleted =
    .subject = Votre compte { $service } a été supprimé
    .deleted = Nous avons supprimé votre compte { $service } le { $at }, comme vous l’avez demandé. Aucun autre montant ne vous sera facturé.
    .erased =
        { $counted ->
            [yes]
                Supprimés avec lui : { $sessions ->
                    [one] { $sessions } connexion
                   *[other] { $sessions } connexions
                }, { $devices ->
                    [one] { $devices } appareil connu
                   *[other] { $devices } appareils connus
                }, { $history ->
                    [one] { $history } titre de votre historique
                   *[other] { $history } titres de votre historique
                }, { $watchlist ->
                    [one] { $watchlist } titre de votre liste
                   *[other] { $watchlist } titres de votre liste
                }.
           *[no] { "" }
        }
    .not_you = Si ce n’était pas vous, quelqu’un connaissait votre mot de passe. Changez-le partout où vous l’utilisez et répondez à cet e-mail pour que nous puissions vous aider.
    .thanks = Merci d’avoir passé du temps avec nous. Vous pouvez revenir à tout moment.

trial_ending =
    .subject = Votre essai { $service } se termine bientôt
    .end = Votre essai gratuit de { $service } se termine le { $end }.
    .price =
        Ensuite, { $service } { $plan } coûte { $price } par { $interval ->
            [year] an
           *[month] mois
        }{ $discounted ->
            [yes] , moins votre remise
           *[no] { "" }
        }. Nous débiterons le moyen de paiement enregistré sur votre compte.
    .action = Gérer mon abonnement
    .cancel = Si vous ne souhaitez pas continuer, résiliez avant cette date et rien ne vous sera facturé.

subscription_cancelled =
    .subject = Votre abonnement { $service } est résilié
    .end =
        { $access ->
            [open] Vous pouvez continuer à regarder jusqu’au { $until }.
            [shorter] Vous pouvez continuer à regarder jusqu’au { $until }. Votre abonnement se termine le { $end }.
           *[paused] La lecture est suspendue et votre abonnement se termine le { $end }.
        } { $charges ->
            [renewing] D’ici là, votre abonnement est renouvelé comme d’habitude.
            [due] Votre paiement de { $amount } reste dû. En dehors de cela, aucun autre montant ne vous sera facturé.
            [due_renewing] Votre paiement de { $amount } reste dû et, d’ici là, votre abonnement est renouvelé comme d’habitude.
           *[none] Aucun autre montant ne vous sera facturé.
        }
    .action = Garder mon abonnement
    .resume = Vous avez changé d’avis ? Vous pouvez reprendre votre abonnement tant qu’il n’est pas terminé.

payment_to_confirm =
    .subject = Confirmez votre paiement à { $service }
    .bank = Votre banque vous demande de confirmer le paiement de { $amount } pour la prochaine période de facturation.
    .action = Confirmer le paiement
    .access =
        { $access ->
            [open] Vous pouvez continuer à regarder jusqu’au { $until }.
           *[paused] La lecture est suspendue jusqu’à ce que le paiement soit effectué.
        } Pour conserver votre abonnement, confirmez le paiement ou utilisez une autre carte.

plan_scheduled =
    .subject = Votre forfait { $service } va changer
    .change =
        Le { $start }, vous passerez à { $service } { $plan }, avec une facturation { $interval ->
            [year] annuelle
           *[month] mensuelle
        }.
    .until = Rien ne change d’ici là.
    .action = Gérer mon abonnement

plan_changed =
    .subject = Votre forfait { $service } a changé
    .change =
        Vous disposez maintenant de { $service } { $plan }, avec une facturation { $interval ->
            [year] annuelle
           *[month] mensuelle
        }.
    .action = Gérer mon abonnement

refunded =
    .subject = Votre remboursement de { $service }
    .amount = Nous vous avons remboursé { $amount }.
    .wait = Il peut s’écouler quelques jours avant que le montant apparaisse sur votre relevé.
    .action = Voir mes paiements

receipt =
    .subject = Votre reçu de { $service }
    .paid =
        Merci ! Nous avons bien reçu votre paiement de { $amount } pour { $planned ->
            [yes] { $service } { $plan }
           *[no] { $service }
        }.
    .next =
        { $next ->
            [due] Votre prochain paiement est prévu le { $date }.
            [none] Votre abonnement est payé jusqu’au { $date }. Aucun autre montant ne vous sera facturé.
           *[unknown] { "" }
        }
    .number =
        { $numbered ->
            [yes] Votre numéro de facture est { $number }.
           *[no] { "" }
        }
    .action =
        { $invoice ->
            [pdf] Télécharger la facture (PDF)
           *[page] Voir mes paiements
        }

payment_declined =
    .subject = Votre paiement à { $service } a échoué
    .declined = Votre carte a été refusée lorsque nous avons voulu débiter { $amount } pour la prochaine période de facturation.
    .access =
        { $then ->
            [ended] Votre abonnement est terminé et nous n’essaierons plus de vous débiter.
            [settled] Ce paiement a été réglé depuis : vous n’avez rien d’autre à faire.
           *[due]
                { $access ->
                    [open] Vous pouvez continuer à regarder jusqu’au { $until }.
                   *[paused] La lecture est suspendue jusqu’à ce que le paiement soit effectué.
                } { $then ->
                    [retried] Nous réessaierons dans les prochains jours. Vérifiez votre carte ou utilisez-en une autre.
                   *[not_retried] Pour conserver votre abonnement, payez avec une autre carte.
                }
        }
    .action = Gérer mon abonnement

billing_paused =
    .subject = La facturation de { $service } est suspendue
    .paused =
        { $limited ->
            [yes] La facturation de votre abonnement est suspendue jusqu’au { $until }.
           *[no] La facturation de votre abonnement est suspendue.
        }
    .access = Rien ne vous sera facturé pendant ce temps, et les titres de votre forfait ne pourront être lus qu’après la reprise.
    .action = Gérer mon abonnement
    .unexpected = Si vous ne vous y attendiez pas, répondez à cet e-mail pour que nous puissions vous aider.

billing_resumed =
    .subject = La facturation de { $service } a repris
    .resumed = La facturation de votre abonnement a repris et vous pouvez de nouveau regarder les titres de votre forfait.
    .action = Gérer mon abonnement

duplicate_cancelled =
    .subject = Nous avons annulé votre second abonnement { $service }
    .cancelled = Vous aviez deux abonnements. Nous avons donc annulé le plus récent et remboursé ce que vous aviez payé pour celui-ci.
    .kept = Votre premier abonnement continue comme avant.

subscription_ended =
    .subject = Votre abonnement { $service } est terminé
    .ended = Votre abonnement est terminé. Aucun autre montant ne vous sera facturé.
    .back = Vous pouvez revenir à tout moment.
    .action = Voir les forfaits
