import { correction, generate } from 'lean-qr';
import { useMemo } from 'react';

/** A QR code as one path, with the quiet zone that scanners need. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = generate(text, { minCorrectionLevel: correction.M });
    let path = '';
    for (let y = 0; y < code.size; y += 1) {
      for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += ['M', x, ',', y, 'h1v1h-1z'].join('');
    }
    return { size: code.size, path };
  }, [text]);
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`-4 -4 ${size + 8} ${size + 8}`} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
