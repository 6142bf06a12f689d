import { describe, expect, it } from 'vitest';
import { fileIssue, titleOfFile } from './video-file';

const bytes = (text: string) => new TextEncoder().encode(text);
const binary = new Uint8Array([0, 0, 0, 0x20, 0x66, 0x74, 0x79, 0x70, 0x69, 0x73, 0x6f, 0x6d]);

describe('fileIssue', () => {
  it('accepts a video', () => {
    expect(fileIssue({ name: 'a.mp4', type: 'video/mp4', size: 12 }, binary)).toBeNull();
  });

  it('uses the name when the browser knows no type', () => {
    expect(fileIssue({ name: 'a.MKV', type: '', size: 12 }, binary)).toBeNull();
    expect(fileIssue({ name: 'a.bin', type: '', size: 12 }, binary)).toMatch(/does not look like a video/);
  });

  it('trusts the bytes over the name', () => {
    expect(fileIssue({ name: 'a.mp4', type: 'video/mp4', size: 9 }, bytes('%PDF-1.7 and more'))).toMatch(/is a PDF/);
    expect(fileIssue({ name: 'a.mp4', type: 'video/mp4', size: 9 }, bytes('Dear diary,\n'))).toMatch(/is a text file/);
    expect(fileIssue({ name: 'a.mp4', type: 'video/mp4', size: 4 }, new Uint8Array([0x89, 0x50, 0x4e, 0x47]))).toMatch(/is an image/);
  });

  it('refuses an empty file', () => {
    expect(fileIssue({ name: 'a.mp4', type: 'video/mp4', size: 0 }, new Uint8Array())).toMatch(/is empty/);
  });
});

describe('titleOfFile', () => {
  it('turns a file name into words', () => {
    expect(titleOfFile('my_film-final.v2.mp4')).toBe('My film final v2');
  });
});
