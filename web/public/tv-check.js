// Runs before the television's app, in any browser: says what is missing instead of showing an empty screen.
(function () {
  function lacks() {
    var missing = [];
    var video = document.createElement('video');
    var playsHls = video.canPlayType && video.canPlayType('application/vnd.apple.mpegurl');
    if (!window.MediaSource && !window.ManagedMediaSource && !playsHls) missing.push('Media Source Extensions or HLS');
    if (!window.fetch || !window.AbortController) missing.push('fetch');
    if (!window.Promise || !window.Proxy || !window.WeakMap || !Object.entries) missing.push('ECMAScript 2017');
    if (!('noModule' in document.createElement('script'))) missing.push('JavaScript modules');
    if (!window.customElements) missing.push('custom elements');
    if (!window.CSS || !CSS.supports || !CSS.supports('color', 'var(--a)') || !CSS.supports('display', 'grid')) missing.push('CSS grid');
    return missing;
  }

  var missing = lacks();
  if (missing.length === 0) return;
  window.onload = function () {
    var box = document.getElementById('root');
    box.setAttribute('role', 'alert');
    box.setAttribute('data-missing', missing.join(', '));
    box.textContent =
      'This TV’s browser is too old for this app. It needs Chromium 79 or newer (televisions from 2021), with ' +
      missing.join(', ') +
      '. Update the TV’s software, or watch on another device.';
    box.style.cssText = 'padding: 10%; font: 32px sans-serif; color: #fff; background: #0c0b0f;';
  };
})();
