/**
 * Programs that people read mail with, by the shape of their user agents (in lower case). They load images when somebody looks at a
 * message or asks for its images, so that a fetch of theirs is an act, however early it comes.
 */
import { hasProduct, hasWord } from './words.js';

/** Names that mean nothing else. */
const names = [
  // Microsoft. Outlook on Windows shows mail with Word, which names itself as part of Office.
  'outlook-ios',
  'outlook-android',
  'outlook-express',
  'outlook express',
  'macoutlook',
  'oneoutlook',
  'microsoft outlook',
  'ms-office',
  'msoffice',
  'windowsmail',
  'windows mail',
  'windows-live-mail',
  'windows live mail',
  'mail and calendar',
  'windowscommunicationsapps',
  // Mozilla's, and what is made from it.
  'thunderbird',
  'icedove',
  'betterbird',
  'shredder',
  'postbox',
  'seamonkey',
  'iceape',
  'spicebird',
  // Linux.
  'claws mail',
  'fancy viewer',
  'sylpheed',
  'geary',
  'balsa',
  'kmail',
  'kmail2',
  'kontact',
  'trojita',
  // Windows and macOS.
  'the bat!',
  'em client',
  'emclient',
  'lotus-notes',
  'lotus notes',
  'ibm notes',
  'hcl notes',
  'pegasus mail',
  'barca',
  'barcapro',
  'foxmail',
  'incredimail',
  'eudora',
  'entourage',
  'mailbird',
  'mailspring',
  'mailmate',
  'mailbar',
  'mailplane',
  'airmail',
  'sparrow',
  'sparkdesktop',
  'superhuman',
  'unibox',
  'mimestream',
  'missive',
  // Phones.
  'bluemail',
  'typeapp',
  'aquamail',
  'fairemail',
  'k-9',
  'k9mail',
  'mailmaster',
  'mailmasterpc',
  'mailapp',
  'navermailapp',
  'daummail',
  'samsung email',
  'samsungemail',
  'com.samsung.android.email',
  'yahoomail',
  'yahoo mail',
  'yahoo%20mail',
  'yahoomobile',
  'yahoomobilemail',
  'ymail',
  'cloudmagic',
  'polymail',
  'protonmail',
];
/** Names that are words of other things too, and mean a mail program as a product with its version. */
const products = ['evolution', 'spark', 'spark%20desktop', 'nine', 'outlook', 'canary', 'newton', 'boxer'];

/** It says the name of a mail program. */
export function isMailProgram(userAgent: string): boolean {
  return hasWord(userAgent, names) || hasProduct(userAgent, products) || isAppleMailItself(userAgent);
}

/** Requests that Apple Mail makes outside of its web view. */
function isAppleMailItself(userAgent: string): boolean {
  return userAgent.startsWith('mail/') && userAgent.includes(' cfnetwork/');
}

/**
 * Apple Mail without privacy protection, of any version, and the new Outlook: a web view without the name of a program, which a
 * browser always adds.
 */
export function isBareWebView(userAgent: string): boolean {
  const end = userAgent.lastIndexOf(') applewebkit/');
  if (!userAgent.startsWith('mozilla/5.0 (') || end === -1) return false;
  const engine = userAgent.slice(end + 2);
  return isApple(userAgent)
    ? /^applewebkit\/[\d.]+ \(khtml, like gecko\)(?: mobile\/[a-z0-9]+)?$/.test(engine)
    : engine === 'applewebkit/605.1.15 (khtml, like gecko)';
}

function isApple(userAgent: string): boolean {
  return ['macintosh', 'iphone', 'ipad', 'ipod'].some(device => userAgent.startsWith(device, 13));
}

/** Geary and Balsa show mail with WebKitGTK, KMail with QtWebEngine. All of them load nothing that nobody asked for. */
export function isLinuxWebView(userAgent: string): boolean {
  if (!userAgent.startsWith('mozilla/5.0 (x11; ')) return false;
  const isWebKit = userAgent.includes(' applewebkit/') && userAgent.includes(' version/');
  return userAgent.includes(' qtwebengine/') || (isWebKit && !hasWord(userAgent, ['chrome', 'chromium']));
}

/** Programs in a terminal fetch an image when somebody names it or follows its address. */
export function isTextProgram(userAgent: string): boolean {
  return ['w3m/', 'lynx/', 'elinks/', 'links (', 'url/emacs'].some(name => userAgent.startsWith(name));
}

/** A name that ends in "mail", with a version: a program that is not in the list, unless it says that it is a bot. */
export function isNamedLikeMail(userAgent: string): boolean {
  return /mail\/\d/.test(userAgent);
}
