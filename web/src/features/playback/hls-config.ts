// The retries of hls.js: it repeats each request with growing pauses for half a minute. After that the engine decides.
import { Hls } from 'hls-video-element';
import { TRIES_MAX } from './retry-policy';

type Config = typeof Hls.DefaultConfig;
type LoadPolicy = Config['fragLoadPolicy'];
type RetryConfig = NonNullable<LoadPolicy['default']['errorRetry']>;
type ShouldRetry = NonNullable<RetryConfig['shouldRetry']>;

/** Statuses of a URL that has expired or whose content is gone. A retry would get the same response. */
const REFUSALS = [401, 403, 404, 410];

export const isRefusal = (status: number | undefined) => status !== undefined && REFUSALS.includes(status);

/** Everything else is retried. By default hls.js gives up at once without a response, and at most statuses. */
const shouldRetry: ShouldRetry = (config, count, isTimeout, response, retry) =>
  count < (config?.maxNumRetry ?? 0) && (isTimeout || (response ? !isRefusal(response.code) : retry));

function policy(maxLoadTimeMs: number): LoadPolicy {
  const pauses = { retryDelayMs: 1000, maxRetryDelayMs: 8000, shouldRetry };
  const errorRetry = { ...pauses, maxNumRetry: TRIES_MAX };
  // Each timeout has already taken long.
  const timeoutRetry = { ...pauses, maxNumRetry: 2 };
  return { default: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs, errorRetry, timeoutRetry } };
}

const CAPTIONS = policy(20_000);

interface HlsEventData {
  frag?: { type: string } | null;
  context?: { type?: string } | null;
}

/** Whether a request or a failure is about captions. */
export function isAboutCaptions({ frag, context }: HlsEventData): boolean {
  return frag?.type === 'subtitle' || context?.type === 'subtitleTrack';
}

/** Retries requests for captions in the loader. Elsewhere hls.js would count them as failures of the film. */
class Loader extends Hls.DefaultConfig.loader {
  override load(...[context, config, callbacks]: Parameters<InstanceType<Config['loader']>['load']>) {
    const isCaption = isAboutCaptions({ context: context, frag: (context as HlsEventData).frag });
    super.load(context, isCaption ? { ...config, loadPolicy: CAPTIONS.default } : config, callbacks);
  }
}

/** Failed captions never stop the film or change its quality. */
class ErrorController extends Hls.DefaultConfig.errorController {
  override onErrorOut(...[event, data]: Parameters<InstanceType<Config['errorController']>['onErrorOut']>) {
    if (!isAboutCaptions(data)) super.onErrorOut(event, data);
  }
}

export const HLS_CONFIG: Partial<Config> = {
  manifestLoadPolicy: policy(20_000),
  playlistLoadPolicy: policy(20_000),
  keyLoadPolicy: policy(20_000),
  fragLoadPolicy: policy(30_000),
  loader: Loader,
  errorController: ErrorController,
  // The first segment is the film's. The quality follows from the expected bandwidth: rate.ts.
  testBandwidth: false,
};
