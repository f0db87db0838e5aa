/** What is typed for a picture, and the answers to what is asked. */
export interface Typed {
  line: string;
  answers?: readonly string[];
}

/** Pictures that stand together under a heading. */
export interface Chapter {
  title: string;
  typed: readonly Typed[];
}

/** The pictures of docs/terminal.md, in the order in which they are taken: what one line makes, the next shows. */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'What there is',
    typed: [
      { line: 'catalog' },
      { line: 'catalog --all' },
      { line: 'catalog -A' },
      { line: 'catalog queue:3' },
      { line: 'catalog wether' },
    ],
  },
  {
    title: 'To get something',
    typed: [
      { line: 'provision queue:3', answers: ['9'] },
      { line: 'provision queue:3', answers: ['2'] },
      { line: 'provision queue:3 --name dry -p size=1 -p backup.hour=4 --dry-run=client -o yaml' },
      { line: 'provision warehouse' },
      { line: 'bind queue' },
      { line: 'secret queue' },
      { line: 'secret queue --show' },
      { line: 'secret queue -o env' },
      { line: 'secret queue pasword' },
    ],
  },
  {
    title: 'How it is',
    typed: [
      { line: 'status' },
      { line: 'status -A' },
      { line: 'status orders' },
      { line: 'status refused' },
      { line: 'status slow' },
      { line: 'wait refused' },
      { line: 'explain ClusterServiceBrokerReturnedFailure' },
    ],
  },
  {
    title: 'To change it',
    typed: [
      { line: 'upgrade queue' },
      { line: 'upgrade queue --to 4' },
      { line: 'rotate queue --overlap 10m' },
    ],
  },
  {
    title: 'To give it back',
    typed: [
      { line: 'deprovision queue' },
      { line: 'unbind queue' },
      { line: 'deprovision queue', answers: ['no'] },
      { line: 'deprovision queue', answers: ['yes'] },
    ],
  },
  {
    title: 'For the team that offers',
    typed: [
      { line: 'init weather --team api --url https://weather.example.com' },
      { line: 'lint docs/examples/bad-object.yaml' },
      { line: 'explain MES060' },
      { line: 'plan -f docs/examples/api-service.yaml -n provider-ns' },
      { line: 'register -n provider-ns' },
      { line: 'consumers' },
      { line: 'consumers queue' },
    ],
  },
  {
    title: 'For all',
    typed: [{ line: 'doctor' }, { line: 'statsu' }, { line: 'status --tree' }],
  },
];
