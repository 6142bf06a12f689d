/** The folder of Google's sender SDK, which the content security policy allows only if the operator has turned Chromecast on. */
export const SDK_FOLDER = 'https://www.gstatic.com/cv/js/sender/';

let answer: Promise<boolean> | null = null;

/**
 * Whether this browser can load the SDK and this service allows it. The policy is the setting, so the two cannot disagree: with
 * Chromecast off, nothing is requested from Google.
 */
export function isCastAdmitted(): Promise<boolean> {
  answer ??= 'chrome' in window ? ask() : Promise.resolve(false);
  return answer;
}

async function ask(): Promise<boolean> {
  try {
    const page = await fetch('/index.html', { method: 'HEAD' });
    return page.headers.get('content-security-policy')?.includes(SDK_FOLDER) ?? false;
  } catch {
    // The next film tries again.
    answer = null;
    return false;
  }
}
