# Los textos de los correos en español, con tratamiento de «tú». El significado de los atributos está en en.ftl.

greeting = Hola:
greeting_by_name = Hola, { $name }:

date = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
moment = { date } a las { $time } (UTC)

reset_password =
    .subject = Restablece tu contraseña de { $service }
    .request = Hemos recibido una solicitud para restablecer la contraseña de tu cuenta de { $service }. Elige aquí una nueva:
    .action = Elegir una contraseña nueva
    .validity =
        Este enlace funciona una sola vez y caduca en { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        }. Al elegir una contraseña nueva, se cerrará la sesión en todos tus dispositivos.
    .not_you = Si no lo has pedido tú, puedes ignorar este correo. Tu contraseña no cambia.

password_changed =
    .subject = Se ha cambiado tu contraseña de { $service }
    .changed = La contraseña de tu cuenta de { $service } se cambió el { $at }.
    .devices = Hemos cerrado la sesión en el resto de tus dispositivos. Si has sido tú, no tienes que hacer nada más.
    .not_you = Si no has sido tú, es posible que otra persona conozca tu contraseña. Elige ahora una nueva y se cerrará la sesión en todos los dispositivos.
    .action = Elegir una contraseña nueva

password_reset =
    .subject = Se ha restablecido tu contraseña de { $service }
    .reset = La contraseña de tu cuenta de { $service } se restableció el { $at } con un enlace que te enviamos por correo.
    .devices = Hemos cerrado la sesión en todos tus dispositivos. Si has sido tú, solo tienes que volver a iniciar sesión.
    .not_you = Si no has sido tú, es posible que otra persona pueda leer tu correo. Protege primero tu cuenta de correo y elige después una contraseña nueva.
    .action = Elegir una contraseña nueva

new_device =
    .subject = Nuevo inicio de sesión en tu cuenta de { $service }
    .sign_in = Alguien ha iniciado sesión en tu cuenta de { $service } el { $at } desde un dispositivo nuevo:
    .device =
        { $named ->
            [yes] { $device }
           *[no] Dispositivo desconocido
        }
    .you = Si has sido tú, no tienes que hacer nada.
    .not_you = Si no has sido tú, es posible que otra persona conozca tu contraseña. Elige ahora una nueva y se cerrará la sesión en todos los dispositivos.
    .action = Elegir una contraseña nueva

verify_email =
    .subject = Confirma tu correo electrónico para { $service }
    .request = Te damos la bienvenida a { $service }. Confirma que esta es tu dirección de correo electrónico:
    .action = Confirmar correo electrónico
    .validity =
        Este enlace funciona una sola vez y caduca en { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        }. Puedes pedir uno nuevo en la página de tu cuenta.
    .not_you = Si no has creado una cuenta, puedes ignorar este correo.

confirm_new_email =
    .subject = Confirma tu nuevo correo electrónico para { $service }
    .request = Has pedido usar esta dirección de correo electrónico para tu cuenta de { $service }. Confírmala:
    .action = Confirmar correo electrónico
    .validity =
        Este enlace funciona una sola vez y caduca en { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        }. Hasta que la confirmes, tu cuenta conserva su dirección actual.
    .not_you = Si no lo has pedido tú, puedes ignorar este correo.

email_change_requested =
    .subject = Tu correo electrónico de { $service } va a cambiar
    .requested = El { $at }, alguien que ha iniciado sesión en tu cuenta de { $service } y conoce su contraseña introdujo otra dirección de correo electrónico. La cuenta usará esa dirección en cuanto se confirme.
    .you = Si has sido tú, no tienes que hacer nada aquí.
    .not_you = Si no has sido tú, elige ahora una contraseña nueva. Así se cancela el cambio y se cierra la sesión en todos tus dispositivos.
    .action = Elegir una contraseña nueva

email_changed =
    .subject = Se ha cambiado tu correo electrónico de { $service }
    .changed = La dirección de correo electrónico de tu cuenta de { $service } se cambió el { $at }. Ya no puedes iniciar sesión con esta dirección.
    .not_you = Si no lo has pedido tú, responde a este correo para que podamos ayudarte.

account_deleted =
    .subject = Se ha eliminado tu cuenta de { $service }
    .deleted = Hemos eliminado tu cuenta de { $service } el { $at }, como pediste. No se te cobrará nada más.
    .erased =
        { $counted ->
            [yes]
                Se ha eliminado con ella: { $sessions ->
                    [one] { $sessions } inicio de sesión
                   *[other] { $sessions } inicios de sesión
                }, { $devices ->
                    [one] { $devices } dispositivo conocido
                   *[other] { $devices } dispositivos conocidos
                }, { $history ->
                    [one] { $history } título de tu historial
                   *[other] { $history } títulos de tu historial
                }, { $watchlist ->
                    [one] { $watchlist } título de tu lista
                   *[other] { $watchlist } títulos de tu lista
                }.
           *[no] { "" }
        }
    .not_you = Si no has sido tú, otra persona conocía tu contraseña. Cámbiala en todos los sitios donde la uses y responde a este correo para que podamos ayudarte.
    .thanks = Gracias por haber estado con nosotros. Puedes volver cuando quieras.

trial_ending =
    .subject = Tu prueba de { $service } termina pronto
    .end = Tu prueba gratis de { $service } termina el { $end }.
    .price =
        Después, { $service } { $plan } cuesta { $price } al { $interval ->
            [year] año
           *[month] mes
        }{ $discounted ->
            [yes] , menos tu descuento
           *[no] { "" }
        }. Lo cobraremos con el método de pago de tu cuenta.
    .action = Gestionar la suscripción
    .cancel = Si no quieres continuar, cancela antes de esa fecha y no se te cobrará nada.

subscription_cancelled =
    .subject = Tu suscripción a { $service } está cancelada
    .end =
        { $access ->
            [open] Puedes seguir viendo todo hasta el { $until }.
            [shorter] Puedes seguir viendo todo hasta el { $until }. Tu suscripción termina el { $end }.
           *[paused] La reproducción está en pausa y tu suscripción termina el { $end }.
        } { $charges ->
            [renewing] Hasta entonces, tu suscripción se renueva como siempre.
            [due] Tu pago de { $amount } sigue pendiente. Aparte de eso, no se te cobrará nada más.
            [due_renewing] Tu pago de { $amount } sigue pendiente y, hasta entonces, tu suscripción se renueva como siempre.
           *[none] No se te cobrará nada más.
        }
    .action = Mantener mi suscripción
    .resume = ¿Has cambiado de idea? Puedes reanudar tu suscripción hasta que termine.

payment_to_confirm =
    .subject = Confirma tu pago a { $service }
    .bank = Tu banco te pide que confirmes el pago de { $amount } del próximo periodo de facturación.
    .action = Confirmar el pago
    .access =
        { $access ->
            [open] Puedes seguir viendo todo hasta el { $until }.
           *[paused] La reproducción está en pausa hasta que se complete el pago.
        } Para mantener tu suscripción, confirma el pago o usa otra tarjeta.

plan_scheduled =
    .subject = Tu plan de { $service } va a cambiar
    .change =
        El { $start } tu plan pasará a ser { $service } { $plan }, con facturación { $interval ->
            [year] anual
           *[month] mensual
        }.
    .until = Hasta entonces no cambia nada.
    .action = Gestionar la suscripción

plan_changed =
    .subject = Tu plan de { $service } ha cambiado
    .change =
        Ahora tienes { $service } { $plan }, con facturación { $interval ->
            [year] anual
           *[month] mensual
        }.
    .action = Gestionar la suscripción

refunded =
    .subject = Tu reembolso de { $service }
    .amount = Te hemos reembolsado { $amount }.
    .wait = Puede tardar unos días en aparecer en tu extracto.
    .action = Ver mis pagos

receipt =
    .subject = Tu recibo de { $service }
    .paid =
        ¡Gracias! Hemos recibido tu pago de { $amount } por { $planned ->
            [yes] { $service } { $plan }
           *[no] { $service }
        }.
    .next =
        { $next ->
            [due] Tu próximo pago vence el { $date }.
            [none] Tu suscripción está pagada hasta el { $date }. No se te cobrará nada más.
           *[unknown] { "" }
        }
    .number =
        { $numbered ->
            [yes] El número de tu factura es { $number }.
           *[no] { "" }
        }
    .action =
        { $invoice ->
            [pdf] Descargar la factura (PDF)
           *[page] Ver mis pagos
        }

payment_declined =
    .subject = Tu pago a { $service } no se ha completado
    .declined = Tu tarjeta fue rechazada cuando intentamos cobrar { $amount } por el próximo periodo de facturación.
    .access =
        { $then ->
            [ended] Tu suscripción ha terminado y no volveremos a intentar el cobro.
            [settled] Este pago ya está resuelto, así que no tienes que hacer nada más.
           *[due]
                { $access ->
                    [open] Puedes seguir viendo todo hasta el { $until }.
                   *[paused] La reproducción está en pausa hasta que se complete el pago.
                } { $then ->
                    [retried] Volveremos a intentarlo en los próximos días. Revisa tu tarjeta o usa otra.
                   *[not_retried] Para mantener tu suscripción, paga con otra tarjeta.
                }
        }
    .action = Gestionar la suscripción

billing_paused =
    .subject = La facturación de { $service } está en pausa
    .paused =
        { $limited ->
            [yes] La facturación de tu suscripción está en pausa hasta el { $until }.
           *[no] La facturación de tu suscripción está en pausa.
        }
    .access = Mientras tanto no se te cobrará nada, y no podrás ver los títulos de tu plan hasta que se reanude.
    .action = Gestionar la suscripción
    .unexpected = Si no lo esperabas, responde a este correo para que podamos ayudarte.

billing_resumed =
    .subject = La facturación de { $service } se ha reanudado
    .resumed = La facturación de tu suscripción se ha reanudado y ya puedes volver a ver los títulos de tu plan.
    .action = Gestionar la suscripción

duplicate_cancelled =
    .subject = Hemos cancelado tu segunda suscripción a { $service }
    .cancelled = Tenías dos suscripciones, así que hemos cancelado la más reciente y te hemos reembolsado lo que pagaste por ella.
    .kept = Tu primera suscripción sigue como hasta ahora.

subscription_ended =
    .subject = Tu suscripción a { $service } ha terminado
    .ended = Tu suscripción ha terminado. No se te cobrará nada más.
    .back = Puedes volver cuando quieras.
    .action = Ver los planes
