import { Trans } from '@lingui/react/macro';
import { Button } from '@/components/button';
import { ErrorNotice } from '@/components/notice';
import { api, data } from '@/lib/api';
import { useAct } from '@/lib/use-act';
import styles from './profile-page.module.css';

/** Downloads everything that the service stores about the account as a file. */
export function ExportData() {
  const download = useAct(async () => {
    const all = await data(api.GET('/api/account/export'));
    const address = URL.createObjectURL(new Blob([JSON.stringify(all, null, 2)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = 'my-data.json';
    link.click();
    // Some browsers read the blob only after the click.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  });
  return (
    <div className={styles.form}>
      {download.error !== null && <ErrorNotice size="line" error={download.error} />}
      <div>
        <Button busy={download.isBusy} onClick={() => void download.run()}>
          <Trans>Download my data</Trans>
        </Button>
      </div>
    </div>
  );
}
