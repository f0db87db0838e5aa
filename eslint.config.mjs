import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// Which workspaces a part may import. offering sees only kube's selector grammar, which is pure.
const mayImport = {
  kube: [],
  offering: ['kube/selectors'],
  webhook: ['kube', 'offering', 'catalog/admission', 'catalog/users'],
  broker: ['kube', 'offering'],
  catalog: ['kube', 'offering'],
  'kubectl-plugin': ['kube', 'offering', 'catalog/users'],
};

const restricted = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const onlyIn = (part) => [
  {
    regex: `^@mesitis/(?!(${(mayImport[part] ?? []).map((name) => (name.includes('/') ? `${name}$` : `${name}(/|$)`)).join('|') || '$.'}))`,
    message: `${part} may import of the workspaces only: ${mayImport[part].join(', ') || 'none'}.`,
  },
  ...(part === 'kube'
    ? []
    : [{ regex: '^@kubernetes/', message: 'Only kube/src/client imports the Kubernetes client.' }]),
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/.cache/', 'manifests/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Taking a member away by destructuring names what is not used.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      complexity: ['error', 12],
      'max-params': ['error', 4],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
      ],
    },
  },
  ...Object.keys(mayImport).map((part) => ({
    files: [`${part}/src/**/*.ts`],
    rules: restricted(onlyIn(part)),
  })),
  {
    files: ['**/main.ts', 'test/**/*.ts', 'kubectl-plugin/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // What tells an old Node that it is too old has to be understood by it.
    files: ['**/*.cjs'],
    languageOptions: { ecmaVersion: 5, sourceType: 'commonjs', globals: { process: 'readonly' } },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
);
