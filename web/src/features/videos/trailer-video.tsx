import 'hls-video-element';
import styles from './trailer-video.module.css';

interface TrailerVideoProps {
  url: string;
  poster: string | undefined;
}

/** A trailer with the browser's own controls. */
export default function TrailerVideo({ url, poster }: TrailerVideoProps) {
  return <hls-video className={styles.video} src={url} poster={poster} controls autoplay playsInline crossOrigin="anonymous" />;
}
