/**
 * Providers that load images for their users, by parts of their user agents (in lower case). Usually a person looked at the message;
 * how often the provider loads images by itself differs.
 */
export const gmailProxies = ['googleimageproxy', 'ggpht.com'];
export const yahooProxies = ['yahoomailproxy', 'ymailatgateway'];

/** Seznam, Rambler, ukr.net, HEY, Fastmail, Shortwave; and any that calls itself a proxy of images or mail. */
export const otherProxies = [
  'seznamemailproxy',
  'ramblermail',
  'mail.ukr.net proxy',
  'hey.com/imageproxy',
  'fastmailua',
  'shortwave image fetcher',
  'imageproxy',
  'image proxy',
  'image-proxy',
  'mailproxy',
  'mail proxy',
  'mail-proxy',
];

/** Yandex shrinks images for its mail with what it uses for its search too. */
export const doubtfulProxies = ['yandeximageresizer'];
