/** The samples of templates/, with the list each is made for. */
export const samples = [
  { name: 'note', template: 'note.md', who: '--to', list: 'people.csv', height: 520 },
  { name: 'newsletter', template: 'newsletter.mjml', who: '--each', list: 'newsletter.csv', height: 1180 },
  { name: 'announcement', template: 'announcement.mjml', who: '--each', list: 'people.csv', height: 640 },
  { name: 'invitation', template: 'invitation.html', who: '--each', list: 'invitation.csv', height: 860 },
  { name: 'invoice', template: 'invoice.mjml', who: '--each', list: 'invoice.csv', height: 720 },
];
