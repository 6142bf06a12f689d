import { Trans } from '@lingui/react/macro';
import { t } from '@lingui/core/macro';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from '@/lib/router/place';
import { Button, ButtonLink } from '@/components/button';
import { AuthFrame } from '@/components/auth-frame';
import doorStyles from '@/components/auth-frame.module.css';
import { TextField } from '@/components/field';
import { ErrorNotice, Callout } from '@/components/notice';
import { Loading, Skeleton } from '@/components/skeleton';
import { deviceName } from '@/lib/device-name';
import { hasCode } from '@/lib/errors/api-error';
import type { WaitingDevice } from '@/lib/models';
import { usePageTitle } from '@/lib/page-title';
import { useAct } from '@/lib/use-act';
import { useForm } from '@/lib/use-form';
import styles from './link-page.module.css';
import { decideDevice, useWaitingDevice } from './use-waiting-device';
import { isWholeCode, readUserCode, showUserCode } from './user-code';

/** Signs in a television that shows a code. The code is in the URL, which a QR code may contain. */
export function Component() {
  usePageTitle(t`Sign in a device`);
  const [params, setParams] = useSearchParams();
  const given = params.get('code') ?? '';
  const code = readUserCode(given);
  const device = useWaitingDevice(code);
  const [decided, setDecided] = useState<WaitingDevice | null>(null);

  if (decided) return decided.status === 'approved' ? <Approved device={decided} /> : <Refused device={decided} />;
  if (code !== null && device.data) {
    return <Question code={code} device={device.data} onDecided={setDecided} onOther={() => setParams({}, { replace: true })} />;
  }
  if (code !== null && device.isFetching) return <Searching />;
  return (
    <CodeForm
      key={given}
      initial={given}
      error={code === null ? null : device.error}
      onCode={(next) => {
        // Also for the code that has just failed, which the device may show by now.
        if (next === code) void device.refetch();
        else setParams({ code: next }, { replace: true });
      }}
    />
  );
}

function Searching() {
  return (
    <AuthFrame title={t`Sign in a device`}>
      <Loading label={t`Looking for the device`}>
        <Skeleton shape="text" lines={3} />
      </Loading>
    </AuthFrame>
  );
}

const wrongCode = (typed: string): string =>
  isWholeCode(typed) ? t`This code is not valid. Compare it with the one on the device.` : t`Enter the eight letters that the device shows`;

function CodeForm({ initial, error, onCode }: { initial: string; error: unknown; onCode: (code: string) => void }) {
  const isUnknown = hasCode(error, 'NOT_FOUND');
  const form = useForm({
    initial: { code: initial },
    check: ({ code }) => ({ code: readUserCode(code) === null ? wrongCode(code) : undefined }),
    submit: ({ code }) => {
      onCode(readUserCode(code) ?? '');
      return Promise.resolve();
    },
  });
  const { issue, ...field } = form.field('code');
  const unknown =
    isUnknown && field.value === initial
      ? t`No device is waiting with this code. It may have expired: codes are valid for 10 minutes.`
      : null;
  return (
    <AuthFrame title={t`Sign in a device`} lead={t`Enter the code that your TV shows.`}>
      <form noValidate className={doorStyles.form} onSubmit={(event) => void form.onSubmit(event)}>
        {error !== null && !isUnknown && <ErrorNotice size="line" error={error} />}
        <div className={styles.code}>
          <TextField
            {...field}
            issue={issue ?? unknown}
            label={t`Code`}
            hint={t`Eight letters. Capitals, spaces and dashes don’t matter.`}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={40}
          />
        </div>
        <Button type="submit" look="primary" size="lg" wide>
          <Trans>Continue</Trans>
        </Button>
      </form>
    </AuthFrame>
  );
}

interface QuestionProps {
  code: string;
  device: WaitingDevice;
  onDecided: (device: WaitingDevice) => void;
  onOther: () => void;
}

/** Which device asks, from where, and whether it may sign in. */
function Question({ code, device, onDecided, onOther }: QuestionProps) {
  const client = useQueryClient();
  const { run, isBusy, error } = useAct(async (approve: boolean) => {
    onDecided(await decideDevice(code, approve));
    await client.invalidateQueries({ queryKey: ['sessions'] });
  });
  const { address, same_network } = device;
  return (
    <AuthFrame
      title={t`Sign in this device?`}
      lead={t`It gets full use of your account until you sign it out. Approve only a device that’s in front of you.`}
      below={
        <button type="button" className={styles.other} onClick={onOther}>
          <Trans>Enter another code</Trans>
        </button>
      }
    >
      <dl className={styles.facts}>
        <dt>
          <Trans>Device</Trans>
        </dt>
        <dd>{deviceName(device.device_name)}</dd>
        <dt>
          <Trans>Code on its screen</Trans>
        </dt>
        <dd className={styles.letters}>{showUserCode(code)}</dd>
        <dt>
          <Trans>Asks from</Trans>
        </dt>
        <dd>{same_network ? t`Your network (${address})` : t`Another network (${address})`}</dd>
      </dl>
      {!same_network && (
        <Callout kind="warning">
          <Trans>This device isn’t on the network that you’re using now. If somebody sent you this code, don’t approve it.</Trans>
        </Callout>
      )}
      {error !== null && <Failure error={error} />}
      <div className={styles.actions}>
        <Button look="primary" size="lg" wide busy={isBusy} onClick={() => void run(true)}>
          <Trans>Approve</Trans>
        </Button>
        <Button size="lg" wide busy={isBusy} onClick={() => void run(false)}>
          <Trans>Don’t sign in</Trans>
        </Button>
      </div>
    </AuthFrame>
  );
}

function Failure({ error }: { error: unknown }) {
  if (!hasCode(error, 'NOT_FOUND', 'CONFLICT')) return <ErrorNotice size="line" error={error} />;
  return (
    <Callout kind="danger">
      <span role="alert">
        <Trans>This code has expired. Get a new one on the device.</Trans>
      </span>
    </Callout>
  );
}

function Approved({ device }: { device: WaitingDevice }) {
  const name = deviceName(device.device_name);
  return (
    <AuthFrame title={t`You’re all set`} lead={t`${name} will be signed in within a few seconds. You can put this device away.`}>
      <ButtonLink to="/account/devices" wide>
        <Trans>See your devices</Trans>
      </ButtonLink>
    </AuthFrame>
  );
}

function Refused({ device }: { device: WaitingDevice }) {
  const name = deviceName(device.device_name);
  return (
    <AuthFrame title={t`Not signed in`} lead={t`${name} can’t use your account. There’s nothing else that you need to do.`}>
      <ButtonLink to="/" wide>
        <Trans>Back to the home page</Trans>
      </ButtonLink>
    </AuthFrame>
  );
}
